// Plain operations element by element: SwiGlu, Add, Copy, Concat, Combine, Advance.

struct ElementArguments {
    uint count;
    uint inFirst;
    uint outFirst;
};

// out = silu(gate) * up
kernel void swiglu(device const float* gate [[buffer(0)]], device const float* up [[buffer(1)]],
        device float* out [[buffer(2)]], constant ElementArguments& arguments [[buffer(3)]],
        uint i [[thread_position_in_grid]]) {
    if (i < arguments.count) {
        out[i] = silu(gate[i]) * up[i];
    }
}

// inout += in
kernel void add(device const float* in [[buffer(0)]], device float* inout [[buffer(1)]],
        constant ElementArguments& arguments [[buffer(2)]], uint i [[thread_position_in_grid]]) {
    if (i < arguments.count) {
        inout[i] += in[i];
    }
}

// out = in, from the given places on
kernel void copy(device const float* in [[buffer(0)]], device float* out [[buffer(1)]],
        constant ElementArguments& arguments [[buffer(2)]], uint i [[thread_position_in_grid]]) {
    if (i < arguments.count) {
        out[arguments.outFirst + i] = in[arguments.inFirst + i];
    }
}

struct ConcatArguments {
    uint count;
    uint width;
};

// out[t] = first[t] followed by second[t]
kernel void concat(device const float* first [[buffer(0)]], device const float* second [[buffer(1)]],
        device float* out [[buffer(2)]], constant ConcatArguments& arguments [[buffer(3)]],
        uint i [[thread_position_in_grid]]) {
    if (i < arguments.count) {
        uint token = i / (2 * arguments.width);
        uint column = i % (2 * arguments.width);
        out[i] = column < arguments.width ? first[token * arguments.width + column]
            : second[token * arguments.width + column - arguments.width];
    }
}

struct CombineArguments {
    uint count;
    uint width;
    uint perToken;
    uint accumulate;
};

// out[t] = sum over j of expertWeights[t, j] in[t, j], or that added to it
kernel void combine(device const float* in [[buffer(0)]], device const float* expertWeights [[buffer(1)]],
        device float* out [[buffer(2)]], constant CombineArguments& arguments [[buffer(3)]],
        uint i [[thread_position_in_grid]]) {
    if (i < arguments.count) {
        uint token = i / arguments.width;
        uint column = i % arguments.width;
        float sum = arguments.accumulate != 0 ? out[i] : 0.0f;
        for (uint j = 0; j < arguments.perToken; j++) {
            uint choice = token * arguments.perToken + j;
            sum += expertWeights[choice] * in[ulong(choice) * arguments.width + column];
        }
        out[i] = sum;
    }
}

// position += advance
kernel void advance(device uint* control [[buffer(0)]], constant uint& count [[buffer(1)]],
        uint i [[thread_position_in_grid]]) {
    if (i == 0) {
        control[CONTROL_POSITION] += count;
    }
}
