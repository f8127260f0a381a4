// Chooses the next id by chance: bias, penalties, temperature, top-k, top-p, min-p, a random number of the seed; and the
// bookkeeping of SelectNext. The order of all sums is fixed, so a seed gives the same text every time; and it is that of
// the host's Sampler, so both choose the same ids up to float rounding.

struct SampleArguments {
    uint vocabulary;
    uint ringSize;
    uint advance;
};

// Slots of SampleState.java.
enum : uint {
    SAMPLE_TEMPERATURE = 0, SAMPLE_TOP_P = 1, SAMPLE_MIN_P = 2, SAMPLE_REPETITION = 3, SAMPLE_PRESENCE = 4,
    SAMPLE_FREQUENCY = 5, SAMPLE_TOP_K = 6, SAMPLE_SEED_LOW = 7, SAMPLE_SEED_HIGH = 8, SAMPLE_DRAWS = 9,
    SAMPLE_SEEN = 0x80000000
};

enum : uint {
    SAMPLE_CHUNK = 1024,
    // Thresholds of probability among which the one is chosen that leaves few ids to sort.
    SAMPLE_BANDS = 8,
    // So many ids are sorted in threadgroup memory, more in device memory.
    SAMPLE_SORTED = 1024,
    SAMPLE_SIMDGROUPS = 32,
    NO_CHOICE = 0xffffffff
};

inline float sample_setting(device const uint* settings, uint slot) {
    return as_type<float>(settings[slot]);
}

// Logits with bias and penalties, and the largest of each chunk.
kernel void sample_adjust(device const float* logits [[buffer(0)]], device const uint* settings [[buffer(1)]],
        device const uint* history [[buffer(2)]], device const float* bias [[buffer(3)]],
        device float* adjusted [[buffer(4)]], device float* largest [[buffer(5)]],
        constant SampleArguments& arguments [[buffer(6)]], uint3 group [[threadgroup_position_in_grid]],
        uint index [[thread_index_in_threadgroup]], uint3 size [[threads_per_threadgroup]],
        uint lane [[thread_index_in_simdgroup]], uint simdgroup [[simdgroup_index_in_threadgroup]],
        uint simdgroups [[simdgroups_per_threadgroup]]) {
    uint threads = size.x;
    threadgroup float values[32];
    uint end = min((group.x + 1) * SAMPLE_CHUNK, arguments.vocabulary);
    float repetition = sample_setting(settings, SAMPLE_REPETITION);
    float best = -INFINITY;
    for (uint id = group.x * SAMPLE_CHUNK + index; id < end; id += threads) {
        float value = logits[id] + bias[id];
        uint seen = history[id];
        if (seen != 0) {
            value = value > 0.0f ? value / repetition : value * repetition;
            uint count = seen & ~uint(SAMPLE_SEEN);
            if (count > 0) {
                value -= sample_setting(settings, SAMPLE_PRESENCE)
                    + float(count) * sample_setting(settings, SAMPLE_FREQUENCY);
            }
        }
        adjusted[id] = value;
        best = max(best, value);
    }
    best = simd_max(best);
    if (lane == 0) {
        values[simdgroup] = best;
    }
    threadgroup_barrier(mem_flags::mem_threadgroup);
    if (index == 0) {
        for (uint i = 1; i < simdgroups; i++) {
            best = max(best, values[i]);
        }
        largest[group.x] = best;
    }
}

// Probabilities relative to the most probable id, and the sum of each chunk's.
kernel void sample_weigh(device const float* adjusted [[buffer(0)]], device const float* largest [[buffer(1)]],
        device const uint* settings [[buffer(2)]], device float* probabilities [[buffer(3)]],
        device float* sums [[buffer(4)]], constant SampleArguments& arguments [[buffer(5)]],
        uint3 group [[threadgroup_position_in_grid]], uint index [[thread_index_in_threadgroup]],
        uint3 size [[threads_per_threadgroup]], uint lane [[thread_index_in_simdgroup]],
        uint simdgroup [[simdgroup_index_in_threadgroup]], uint simdgroups [[simdgroups_per_threadgroup]]) {
    uint threads = size.x;
    threadgroup float values[32];
    float temperature = sample_setting(settings, SAMPLE_TEMPERATURE);
    if (temperature == 0.0f) {
        return;
    }
    uint chunks = (arguments.vocabulary + SAMPLE_CHUNK - 1) / SAMPLE_CHUNK;
    float top = -INFINITY;
    for (uint chunk = lane; chunk < chunks; chunk += SIMD_WIDTH) {
        top = max(top, largest[chunk]);
    }
    top = simd_max(top);
    uint end = min((group.x + 1) * SAMPLE_CHUNK, arguments.vocabulary);
    float sum = 0.0f;
    for (uint id = group.x * SAMPLE_CHUNK + index; id < end; id += threads) {
        float exponent = (adjusted[id] - top) / temperature;
        float probability = exponent < -30.0f ? 0.0f : precise::exp(exponent);
        probabilities[id] = probability;
        sum += probability;
    }
    sum = simd_sum(sum);
    if (lane == 0) {
        values[simdgroup] = sum;
    }
    threadgroup_barrier(mem_flags::mem_threadgroup);
    if (index == 0) {
        for (uint i = 1; i < simdgroups; i++) {
            sum += values[i];
        }
        sums[group.x] = sum;
    }
}

// Number `draws` of java.util.SplittableRandom, to 24 bits.
inline float sample_chance(device const uint* settings) {
    ulong seed = ulong(settings[SAMPLE_SEED_LOW]) | ulong(settings[SAMPLE_SEED_HIGH]) << 32;
    ulong z = seed + (ulong(settings[SAMPLE_DRAWS]) + 1) * 0x9e3779b97f4a7c15ul;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ul;
    z = (z ^ z >> 27) * 0x94d049bb133111ebul;
    return float(uint((z ^ z >> 31) >> 40)) * 5.9604644775390625e-8f;
}

// One thread: walks through the ids in their order.
inline uint sample_from_all(device const float* probabilities, device const float* sums, uint vocabulary, float chance) {
    uint chunks = (vocabulary + SAMPLE_CHUNK - 1) / SAMPLE_CHUNK;
    float whole = 0.0f;
    for (uint chunk = 0; chunk < chunks; chunk++) {
        whole += sums[chunk];
    }
    float point = chance * whole;
    uint chunk = 0;
    while (chunk + 1 < chunks && point >= sums[chunk]) {
        point -= sums[chunk];
        chunk++;
    }
    uint last = chunk * SAMPLE_CHUNK;
    for (uint id = last; id < min((chunk + 1) * SAMPLE_CHUNK, vocabulary); id++) {
        if (probabilities[id] > 0.0f) {
            last = id;
            point -= probabilities[id];
            if (point < 0.0f) {
                break;
            }
        }
    }
    return last;
}

// A threshold relative to the best id: powers of 1/8, the last one 0.
inline float sample_least(uint band) {
    return band == SAMPLE_BANDS - 1 ? 0.0f : as_type<float>((127 - 3 * (band + 1)) << 23);
}

inline float sample_whole(device const float* sums, uint vocabulary) {
    float whole = 0.0f;
    for (uint chunk = 0; chunk < (vocabulary + SAMPLE_CHUNK - 1) / SAMPLE_CHUNK; chunk++) {
        whole += sums[chunk];
    }
    return whole;
}

// Ids of a band, or better, from what each simdgroup found.
inline uint sample_count(threadgroup const uint* found, uint band, uint simdgroups) {
    uint count = 0;
    for (uint i = 0; i < simdgroups; i++) {
        count += found[band * SAMPLE_SIMDGROUPS + i];
    }
    return count;
}

// The threadgroup: the first band whose ids suffice for top-k, top-p and min-p, from one pass over all ids; so no more are
// sorted than the choice needs, up to one band. Leaves in `found` how many ids each band has.
inline uint sample_band(device const float* probabilities, device const float* sums, device const uint* settings,
        uint vocabulary, threadgroup float* masses, threadgroup uint* found, uint index, uint threads, uint lane,
        uint simdgroup, uint simdgroups) {
    float mass[SAMPLE_BANDS];
    uint count[SAMPLE_BANDS];
    for (uint band = 0; band < SAMPLE_BANDS; band++) {
        mass[band] = 0.0f;
        count[band] = 0;
    }
    for (uint id = index; id < vocabulary; id += threads) {
        float probability = probabilities[id];
        for (uint band = 0; band < SAMPLE_BANDS; band++) {
            bool within = probability > 0.0f && probability >= sample_least(band);
            mass[band] += within ? probability : 0.0f;
            count[band] += within ? 1 : 0;
        }
    }
    for (uint band = 0; band < SAMPLE_BANDS; band++) {
        float bandMass = simd_sum(mass[band]);
        uint bandCount = simd_sum(count[band]);
        if (lane == 0) {
            masses[band * SAMPLE_SIMDGROUPS + simdgroup] = bandMass;
            found[band * SAMPLE_SIMDGROUPS + simdgroup] = bandCount;
        }
    }
    threadgroup_barrier(mem_flags::mem_threadgroup);
    uint topK = settings[SAMPLE_TOP_K];
    // Sums in another order may differ by their rounding: a little more than top-p asks for.
    float wanted = 1.001f * sample_setting(settings, SAMPLE_TOP_P) * sample_whole(sums, vocabulary);
    uint band = 0;
    bool enough = false;
    while (!enough && band < SAMPLE_BANDS - 1) {
        float bandMass = 0.0f;
        for (uint i = 0; i < simdgroups; i++) {
            bandMass += masses[band * SAMPLE_SIMDGROUPS + i];
        }
        enough = topK > 0 ? sample_count(found, band, simdgroups) >= min(topK, vocabulary)
            : bandMass >= wanted || sample_least(band) <= sample_setting(settings, SAMPLE_MIN_P);
        band += enough ? 0 : 1;
    }
    return band;
}

// One thread: from the sorted candidates, all ids of at least a probability, those that top-k, top-p and min-p leave, and
// one of them; NO_CHOICE where these candidates do not tell.
template <typename Weights, typename Ids>
inline uint sample_from_best(Weights weights, Ids ids, uint candidates, float least, device const uint* settings,
        device const float* sums, uint vocabulary, float chance) {
    uint topK = settings[SAMPLE_TOP_K];
    float topP = sample_setting(settings, SAMPLE_TOP_P);
    float minP = sample_setting(settings, SAMPLE_MIN_P);
    uint limit = topK == 0 ? vocabulary : min(topK, vocabulary);
    float whole = 0.0f;
    if (topK == 0) {
        whole = sample_whole(sums, vocabulary);
    } else {
        if (candidates < limit && least > 0.0f) {
            return NO_CHOICE;
        }
        limit = min(limit, candidates);
        for (uint i = 0; i < limit; i++) {
            whole += weights[i];
        }
    }
    float kept = 0.0f;
    uint count = 0;
    while (count < limit && kept < topP * whole) {
        if (count == candidates) {
            if (least > minP) {
                return NO_CHOICE;
            }
            break;
        }
        if (weights[count] < minP) {
            break;
        }
        kept += weights[count];
        count++;
    }
    float point = chance * kept;
    for (uint i = 0; i < count; i++) {
        point -= weights[i];
        if (point < 0.0f) {
            return ids[i];
        }
    }
    return ids[0];
}

template <bool DEVICE>
inline void sample_barrier() {
    if (DEVICE) {
        threadgroup_barrier(mem_flags::mem_device);
    } else {
        threadgroup_barrier(mem_flags::mem_threadgroup);
    }
}

// The threadgroup: the ids with at least this probability, but not 0, in any order.
template <typename Weights, typename Ids>
inline void sample_gather(device const float* probabilities, uint vocabulary, float least, Weights weights, Ids ids,
        threadgroup uint* counts, uint index, uint threads, uint lane, uint simdgroup) {
    uint mine = 0;
    for (uint id = index; id < vocabulary; id += threads) {
        mine += probabilities[id] > 0.0f && probabilities[id] >= least ? 1 : 0;
    }
    uint before = simd_prefix_exclusive_sum(mine);
    if (lane == SIMD_WIDTH - 1) {
        counts[simdgroup] = before + mine;
    }
    threadgroup_barrier(mem_flags::mem_threadgroup);
    for (uint i = 0; i < simdgroup; i++) {
        before += counts[i];
    }
    for (uint id = index; id < vocabulary; id += threads) {
        if (probabilities[id] > 0.0f && probabilities[id] >= least) {
            weights[before] = probabilities[id];
            ids[before] = id;
            before++;
        }
    }
}

// The threadgroup: the most probable first, the lower id among equals (a bitonic sort).
template <bool DEVICE, typename Weights, typename Ids>
inline void sample_sort(Weights weights, Ids ids, uint count, uint index, uint threads) {
    uint places = 2;
    while (places < count) {
        places *= 2;
    }
    for (uint i = count + index; i < places; i += threads) {
        weights[i] = -1.0f;
        ids[i] = NO_CHOICE;
    }
    sample_barrier<DEVICE>();
    for (uint size = 2; size <= places; size *= 2) {
        for (uint distance = size / 2; distance > 0; distance /= 2) {
            for (uint pair = index; pair < places / 2; pair += threads) {
                uint a = pair / distance * (2 * distance) + pair % distance;
                uint b = a + distance;
                bool inOrder = weights[a] > weights[b] || (weights[a] == weights[b] && ids[a] < ids[b]);
                if (inOrder != ((a & size) == 0)) {
                    float weight = weights[a];
                    weights[a] = weights[b];
                    weights[b] = weight;
                    uint id = ids[a];
                    ids[a] = ids[b];
                    ids[b] = id;
                }
            }
            sample_barrier<DEVICE>();
        }
    }
}

[[max_total_threads_per_threadgroup(1024)]]
kernel void sample_next(device const float* adjusted [[buffer(0)]], device const float* probabilities [[buffer(1)]],
        device const float* sums [[buffer(2)]], device uint* settings [[buffer(3)]], device uint* history [[buffer(4)]],
        device uint* control [[buffer(5)]], device uint* tokens [[buffer(6)]], device uint* ring [[buffer(7)]],
        device float* weights [[buffer(8)]], device uint* ids [[buffer(9)]],
        constant SampleArguments& arguments [[buffer(10)]], uint index [[thread_index_in_threadgroup]],
        uint threads [[threads_per_threadgroup]], uint lane [[thread_index_in_simdgroup]],
        uint simdgroup [[simdgroup_index_in_threadgroup]], uint simdgroups [[simdgroups_per_threadgroup]]) {
    threadgroup float bestWeights[SAMPLE_SORTED];
    threadgroup uint bestIds[SAMPLE_SORTED];
    threadgroup float masses[SAMPLE_BANDS * SAMPLE_SIMDGROUPS];
    threadgroup uint found[SAMPLE_BANDS * SAMPLE_SIMDGROUPS];
    threadgroup uint places[SAMPLE_SIMDGROUPS];
    threadgroup uint answer[1];
    uint vocabulary = arguments.vocabulary;
    uint choice = NO_CHOICE;
    float chance = sample_chance(settings);
    bool greedy = sample_setting(settings, SAMPLE_TEMPERATURE) == 0.0f;
    if (greedy) {
        choice = largest_logit(adjusted, vocabulary, masses, places, index, threads, lane, simdgroup, simdgroups);
    } else if (settings[SAMPLE_TOP_K] == 0 && sample_setting(settings, SAMPLE_TOP_P) == 1.0f
            && sample_setting(settings, SAMPLE_MIN_P) == 0.0f) {
        choice = index == 0 ? sample_from_all(probabilities, sums, vocabulary, chance) : uint(NO_CHOICE);
    } else {
        uint band = sample_band(probabilities, sums, settings, vocabulary, masses, found, index, threads, lane, simdgroup,
            simdgroups);
        // The second round, of all ids, is for a band that fell short by a rounding.
        for (uint round = 0; round < 2 && choice == NO_CHOICE; round++) {
            float least = sample_least(band);
            uint candidates = sample_count(found, band, simdgroups);
            if (candidates <= SAMPLE_SORTED) {
                sample_gather(probabilities, vocabulary, least, bestWeights, bestIds, places, index, threads, lane,
                    simdgroup);
                sample_barrier<false>();
                sample_sort<false>(bestWeights, bestIds, candidates, index, threads);
                if (index == 0) {
                    answer[0] = sample_from_best(bestWeights, bestIds, candidates, least, settings, sums, vocabulary,
                        chance);
                }
            } else {
                sample_gather(probabilities, vocabulary, least, weights, ids, places, index, threads, lane, simdgroup);
                sample_barrier<true>();
                sample_sort<true>(weights, ids, candidates, index, threads);
                if (index == 0) {
                    answer[0] = sample_from_best(weights, ids, candidates, least, settings, sums, vocabulary, chance);
                }
            }
            threadgroup_barrier(mem_flags::mem_threadgroup);
            choice = answer[0];
            // Before the next round's thread 0 writes again.
            threadgroup_barrier(mem_flags::mem_threadgroup);
            band = SAMPLE_BANDS - 1;
        }
    }
    // Where all logits are NaN there is no choice; the last id is as good as any, and within the vocabulary.
    choice = min(choice, vocabulary - 1);
    if (index == 0) {
        uint chosen = control[CONTROL_CHOSEN];
        tokens[0] = choice;
        ring[chosen % arguments.ringSize] = choice;
        control[CONTROL_CHOSEN] = chosen + 1;
        control[CONTROL_POSITION] += arguments.advance;
        history[choice] = (history[choice] | SAMPLE_SEEN) + 1;
        settings[SAMPLE_DRAWS] += greedy ? 0 : 1;
    }
}
