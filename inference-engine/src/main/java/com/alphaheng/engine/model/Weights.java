package com.alphaheng.engine.model;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/// All weights of a model, bound and validated once, as typed fields. Owns the mapped files: closing it unmaps
/// them, so close it after every device that was opened on it.
///
/// @param config    the model's shape
/// @param embedding embed_tokens [vocab, h]
/// @param layers    the decoder layers, without the MTP layer
/// @param finalNorm model.norm [h]
/// @param head      lm_head [vocab, h]; the embedding itself when tied
/// @param mtp       the MTP layer, when the checkpoint carries one
/// @param vectors   one page-aligned block that holds every [Vector], for back ends that wrap memory rather than
///                  copy it
/// @param files     the mapped files, whole, in which every [Matrix] lies
/// @param source    what closes the mappings
public record Weights(ModelConfig config, Matrix embedding, List<LayerWeights> layers, Vector finalNorm, Matrix head,
                      Optional<MtpWeights> mtp, MemorySegment vectors, List<MemorySegment> files,
                      AutoCloseable source) implements AutoCloseable {

    public Weights {
        layers = List.copyOf(layers);
        files = List.copyOf(files);
    }

    @Override
    public void close() {
        try {
            source.close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("could not unmap the weights", e);
        }
    }
}
