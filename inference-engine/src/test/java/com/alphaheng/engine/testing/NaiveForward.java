package com.alphaheng.engine.testing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// The published definition of the architecture, written a second time and differently from the engine: double
/// precision, keys and values expanded per head instead of absorbed, the whole sequence at once, tensors by name.
/// Checks the engine's scalar reference, which checks everything else.
public final class NaiveForward {

    private final RandomModel model;

    public NaiveForward(RandomModel model) {
        this.model = model;
    }

    /// Logits [length][vocab].
    public double[][] logits(int[] ids) {
        double[][] logits = states(ids);
        for (int t = 0; t < ids.length; t++) {
            logits[t] = times(head(), logits[t]);
        }
        return logits;
    }

    private String head() {
        return model.tied ? "model.embed_tokens.weight" : "lm_head.weight";
    }

    /// The residual stream after the final norm.
    private double[][] states(int[] ids) {
        double[][] hidden = new double[ids.length][];
        for (int t = 0; t < ids.length; t++) {
            hidden[t] = row(model.tensors.get("model.embed_tokens.weight"), ids[t], model.hidden);
        }
        for (int layer = 0; layer < model.layers; layer++) {
            layer(layer, hidden);
        }
        return normAll(hidden, "model.norm.weight");
    }

    /// Adds what a decoder layer computes to the residual stream.
    private void layer(int layer, double[][] hidden) {
        String prefix = "model.layers." + layer + ".";
        addAll(hidden, attention(prefix + "self_attn.", normAll(hidden, prefix + "input_layernorm.weight")));
        double[][] normed = normAll(hidden, prefix + "post_attention_layernorm.weight");
        for (int t = 0; t < hidden.length; t++) {
            add(hidden[t], layer < model.denseLayers ? mlp(prefix + "mlp.", normed[t], 1)
                : experts(prefix + "mlp.", normed[t]));
        }
    }

    /// Logits [drafts][vocab] of the MTP layer's drafts behind the last of `ids`, each made of the one before.
    public double[][] drafts(int[] ids, int drafts) {
        String prefix = "model.layers." + model.layers + ".";
        double[][] logits = new double[drafts][];
        double[][] states = states(ids);
        double[][] in = new double[0][];
        for (int t = 0; t + 1 < ids.length; t++) {
            in = java.util.Arrays.copyOf(in, t + 1);
            in[t] = draftInput(prefix, ids[t + 1], states[t]);
        }
        for (int i = 0; i < drafts; i++) {
            double[][] hidden = new double[in.length][];
            for (int t = 0; t < in.length; t++) {
                hidden[t] = in[t].clone();
            }
            layer(model.layers, hidden);
            double[] last = hidden[in.length - 1];
            logits[i] = times(model.ownMtpEnds ? prefix + "shared_head.head.weight" : head(),
                norm(last, prefix + "shared_head.norm.weight"));
            int best = 0;
            for (int id = 1; id < model.vocab; id++) {
                best = logits[i][id] > logits[i][best] ? id : best;
            }
            in = java.util.Arrays.copyOf(in, in.length + 1);
            in[in.length - 1] = draftInput(prefix, best, last);
        }
        return logits;
    }

    private double[] draftInput(String prefix, int id, double[] state) {
        float[] embedding = model.tensors.get(model.ownMtpEnds ? prefix + "embed_tokens.weight"
            : "model.embed_tokens.weight");
        return times(prefix + "eh_proj.weight", join(norm(row(embedding, id, model.hidden), prefix + "enorm.weight"),
            norm(state, prefix + "hnorm.weight")));
    }

    private double[][] attention(String prefix, double[][] in) {
        int length = in.length;
        int width = model.nope + model.rope;
        double[][][] queries = new double[length][model.heads][];
        double[][][] keys = new double[length][model.heads][];
        double[][][] values = new double[length][model.heads][];
        for (int t = 0; t < length; t++) {
            double[] query = model.queryRank > 0
                ? times(prefix + "q_b_proj.weight", norm(times(prefix + "q_a_proj.weight", in[t]),
                    prefix + "q_a_layernorm.weight"))
                : times(prefix + "q_proj.weight", in[t]);
            double[] compressed = times(prefix + "kv_a_proj_with_mqa.weight", in[t]);
            double[] latent = norm(slice(compressed, 0, model.latent), prefix + "kv_a_layernorm.weight");
            double[] sharedKey = rope(slice(compressed, model.latent, model.rope), t);
            double[] expanded = times(prefix + "kv_b_proj.weight", latent);
            for (int head = 0; head < model.heads; head++) {
                double[] mine = slice(query, head * width, width);
                queries[t][head] = join(slice(mine, 0, model.nope), rope(slice(mine, model.nope, model.rope), t));
                int start = head * (model.nope + model.value);
                keys[t][head] = join(slice(expanded, start, model.nope), sharedKey);
                values[t][head] = slice(expanded, start + model.nope, model.value);
            }
        }
        double[][] out = new double[length][];
        for (int t = 0; t < length; t++) {
            double[] heads = new double[0];
            for (int head = 0; head < model.heads; head++) {
                heads = join(heads, attend(queries[t][head], keys, values, head, t));
            }
            out[t] = times(prefix + "o_proj.weight", heads);
        }
        return out;
    }

    private double[] attend(double[] query, double[][][] keys, double[][][] values, int head, int last) {
        double[] weights = new double[last + 1];
        double sum = 0;
        for (int p = 0; p <= last; p++) {
            weights[p] = Math.exp(dot(query, keys[p][head]) / Math.sqrt(query.length));
            sum += weights[p];
        }
        double[] out = new double[model.value];
        for (int p = 0; p <= last; p++) {
            for (int i = 0; i < out.length; i++) {
                out[i] += weights[p] / sum * values[p][head][i];
            }
        }
        return out;
    }

    private double[] rope(double[] part, int position) {
        double[] out = new double[part.length];
        int half = part.length / 2;
        for (int pair = 0; pair < half; pair++) {
            double angle = position / Math.pow(model.theta, 2.0 * pair / part.length);
            int first = model.interleaved ? 2 * pair : pair;
            int second = model.interleaved ? 2 * pair + 1 : pair + half;
            out[first] = part[first] * Math.cos(angle) - part[second] * Math.sin(angle);
            out[second] = part[second] * Math.cos(angle) + part[first] * Math.sin(angle);
        }
        return out;
    }

    private double[] experts(String prefix, double[] in) {
        double[] logits = times(prefix + "gate.weight", in);
        float[] bias = model.tensors.get(prefix + "gate.e_score_correction_bias");
        double[] scores = new double[model.experts];
        double[] choice = new double[model.experts];
        for (int e = 0; e < model.experts; e++) {
            scores[e] = 1 / (1 + Math.exp(-logits[e]));
            choice[e] = scores[e] + bias[e];
        }
        int size = model.experts / model.groups;
        Comparator<Integer> byBestTwo = Comparator.comparingDouble(group -> -IntStream.range(group * size,
            (group + 1) * size).mapToDouble(e -> -choice[e]).sorted().limit(2).map(value -> -value).sum());
        List<Integer> groups = IntStream.range(0, model.groups).boxed().sorted(byBestTwo).limit(model.keptGroups)
            .toList();
        List<Integer> chosen = new ArrayList<>(IntStream.range(0, model.experts).boxed()
            .filter(e -> groups.contains(e / size)).sorted(Comparator.comparingDouble(e -> -choice[e]))
            .limit(model.perToken).toList());
        double sum = model.normalized ? chosen.stream().mapToDouble(e -> scores[e]).sum() + 1e-20 : 1;
        double[] out = mlp(prefix + "shared_experts.", in, 1);
        for (int e : chosen) {
            add(out, mlp(prefix + "experts." + e + ".", in, scores[e] / sum * model.scale));
        }
        return out;
    }

    private double[] mlp(String prefix, double[] in, double factor) {
        double[] gate = times(prefix + "gate_proj.weight", in);
        double[] up = times(prefix + "up_proj.weight", in);
        for (int i = 0; i < gate.length; i++) {
            gate[i] = gate[i] / (1 + Math.exp(-gate[i])) * up[i] * factor;
        }
        return times(prefix + "down_proj.weight", gate);
    }

    private double[] times(String name, double[] in) {
        float[] matrix = model.tensors.get(name);
        double[] out = new double[matrix.length / in.length];
        for (int i = 0; i < out.length; i++) {
            for (int j = 0; j < in.length; j++) {
                out[i] += matrix[i * in.length + j] * in[j];
            }
        }
        return out;
    }

    private double[][] normAll(double[][] rows, String name) {
        double[][] out = new double[rows.length][];
        for (int t = 0; t < rows.length; t++) {
            out[t] = norm(rows[t], name);
        }
        return out;
    }

    private double[] norm(double[] in, String name) {
        float[] weight = model.tensors.get(name);
        double factor = 1 / Math.sqrt(dot(in, in) / in.length + (float) 1e-5);
        double[] out = new double[in.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = in[i] * factor * weight[i];
        }
        return out;
    }

    private static double[] row(float[] matrix, int index, int width) {
        double[] out = new double[width];
        for (int i = 0; i < width; i++) {
            out[i] = matrix[index * width + i];
        }
        return out;
    }

    private static double[] slice(double[] values, int start, int count) {
        return java.util.Arrays.copyOfRange(values, start, start + count);
    }

    private static double[] join(double[] first, double[] second) {
        double[] out = java.util.Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, out, first.length, second.length);
        return out;
    }

    private static void addAll(double[][] target, double[][] rows) {
        for (int t = 0; t < rows.length; t++) {
            add(target[t], rows[t]);
        }
    }

    private static void add(double[] target, double[] values) {
        for (int i = 0; i < values.length; i++) {
            target[i] += values[i];
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
