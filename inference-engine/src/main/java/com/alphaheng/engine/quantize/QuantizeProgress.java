package com.alphaheng.engine.quantize;

/// Hears how far a quantization is. Called from several threads, one at a time.
public interface QuantizeProgress {

    /// @param stage what is being done
    /// @param done  units done of `total`
    void at(String stage, long done, long total);
}
