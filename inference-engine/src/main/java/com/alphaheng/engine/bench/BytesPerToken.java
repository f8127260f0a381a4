package com.alphaheng.engine.bench;

import com.alphaheng.engine.backend.CacheFormat;
import com.alphaheng.engine.backend.CacheLayout;
import com.alphaheng.engine.model.AttentionWeights;
import com.alphaheng.engine.model.LayerWeights;
import com.alphaheng.engine.model.Matrix;
import com.alphaheng.engine.model.MlpWeights;
import com.alphaheng.engine.model.ModelConfig;
import com.alphaheng.engine.model.Weights;

/// The bytes that decoding one token has to read: what divides the memory's bandwidth into a ceiling of speed.
public final class BytesPerToken {

    private BytesPerToken() { }

    /// Weights only.
    public static long weights(Weights weights) {
        ModelConfig config = weights.config();
        long bytes = weights.head().bytes() + weights.embedding().bytes() / config.vocabSize();
        for (LayerWeights layer : weights.layers()) {
            bytes += attention(layer.attention()) + mlp(layer.mlp(), config.routing().perToken());
        }
        return bytes;
    }

    /// The rows of the KV cache, at `context` positions.
    public static long cache(ModelConfig config, CacheFormat format, int context) {
        return config.layers() * new CacheLayout(format, config.latentRank(), config.ropeWidth(), context).bytes();
    }

    private static long attention(AttentionWeights attention) {
        long bytes = attention.lowRankQuery() ? attention.queryA().bytes() : 0;
        for (Matrix matrix : new Matrix[] {attention.query(), attention.keyValueA(), attention.keyValueB(),
            attention.output()}) {
            bytes += matrix.bytes();
        }
        return bytes;
    }

    private static long mlp(MlpWeights mlp, int perToken) {
        return switch (mlp) {
            case MlpWeights.Dense dense -> dense.gate().bytes() + dense.up().bytes() + dense.down().bytes();
            case MlpWeights.Experts experts -> experts.router().bytes() + mlp(experts.shared(), 1)
                + (experts.gate().bytes() + experts.up().bytes() + experts.down().bytes())
                / experts.gate().experts() * perToken;
        };
    }
}
