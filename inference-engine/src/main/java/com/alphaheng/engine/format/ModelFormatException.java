package com.alphaheng.engine.format;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.nio.file.Path;

/// A model folder that cannot be loaded: says which file, which tensor or key, what was expected and what was found.
public final class ModelFormatException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public ModelFormatException(Path file, String subject, String expected, String found) {
        super(file + ": " + subject + ": expected " + expected + ", found " + found);
    }

    public ModelFormatException(Path file, String problem) {
        super(file + ": " + problem);
    }

    public ModelFormatException(Path file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
    }

    /// Of a file that should be JSON: the place, and where to get a whole one.
    public static ModelFormatException invalidJson(Path file, JsonProcessingException problem) {
        return new ModelFormatException(file, "is not valid JSON: " + problem.getOriginalMessage() + " at line "
            + problem.getLocation().getLineNr() + ", column " + problem.getLocation().getColumnNr()
            + ". Fetch the file again from where the model came from", problem);
    }
}
