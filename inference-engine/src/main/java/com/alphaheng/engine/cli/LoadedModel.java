package com.alphaheng.engine.cli;

import com.alphaheng.engine.Engine;
import com.alphaheng.engine.graph.Optimizations;
import com.alphaheng.engine.tokenizer.Tokenizer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// A model and its tokenizer, loaded side by side.
record LoadedModel(Engine engine, Tokenizer tokenizer) implements AutoCloseable {

    static LoadedModel open(ModelOptions options, Optimizations rung) {
        CompletableFuture<Tokenizer> tokenizer = CompletableFuture.supplyAsync(
            () -> Tokenizer.load(options.directory()));
        Engine engine = null;
        try {
            engine = options.open(rung);
            tokenizer.join().requireFits(engine.config().vocabSize());
            return new LoadedModel(engine, tokenizer.join());
        } catch (RuntimeException e) {
            if (engine != null) {
                engine.close();
            }
            tokenizer.thenAccept(Tokenizer::close);
            throw e instanceof CompletionException && e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    @Override
    public void close() {
        tokenizer.close();
        engine.close();
    }
}
