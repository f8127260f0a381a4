package com.alphaheng.engine.bench;

import java.util.List;
import java.util.Locale;

/// Speed over context length as an SVG picture, decode above prefill: the median of each context, and its samples as
/// dots.
public final class ContextPlot {

    private static final int WIDTH = 720;
    private static final int LEFT = 70;
    private static final int RIGHT = 20;
    /// Of one of the two diagrams.
    private static final int HEIGHT = 240;
    private static final int TOP = 40;
    private static final int BOTTOM = 30;

    private ContextPlot() { }

    public static String svg(String title, List<EngineBench.Frontier> frontiers) {
        StringBuilder svg = new StringBuilder(String.format(Locale.ROOT,
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' font-family='sans-serif' font-size='13'>%n"
                + "<rect width='100%%' height='100%%' fill='white'/><text x='%d' y='24' font-size='11'>%s</text>%n",
            WIDTH, 2 * HEIGHT + 20, LEFT, escape(title)));
        diagram(svg, 0, "decode, tok/s", "decode_tokens_per_second", frontiers);
        diagram(svg, HEIGHT, "prefill, tok/s", "prefill_tokens_per_second", frontiers);
        svg.append(String.format(Locale.ROOT,
            "<text x='%d' y='%d' text-anchor='middle'>tokens in context</text>%n</svg>%n", (LEFT + WIDTH - RIGHT) / 2,
            2 * HEIGHT + 12));
        return svg.toString();
    }

    private static void diagram(StringBuilder svg, int top, String label, String metric,
                                List<EngineBench.Frontier> frontiers) {
        List<Metric> rates = frontiers.stream().map(frontier -> frontier.metric(metric)).toList();
        double largest = rates.stream().flatMap(rate -> rate.samples().stream()).mapToDouble(Double::doubleValue)
            .max().orElseThrow() * 1.1;
        for (int i = 0; i <= 4; i++) {
            double value = largest * i / 4;
            double y = y(top, value, largest);
            svg.append(String.format(Locale.ROOT, "<line x1='%d' x2='%d' y1='%.1f' y2='%.1f' stroke='#ddd'/>"
                + "<text x='%d' y='%.1f' text-anchor='end'>%.1f</text>%n", LEFT, WIDTH - RIGHT, y, y, LEFT - 8, y + 4,
                value));
        }
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < frontiers.size(); i++) {
            double x = x(i, frontiers.size());
            line.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y(top, rates.get(i).value(), largest)));
            svg.append(String.format(Locale.ROOT, "<text x='%.1f' y='%d' text-anchor='middle'>%d</text>%n", x,
                top + HEIGHT - BOTTOM + 18, frontiers.get(i).context()));
            for (double sample : rates.get(i).samples()) {
                svg.append(String.format(Locale.ROOT, "<circle cx='%.1f' cy='%.1f' r='3' fill='#2a6' opacity='.5'/>%n",
                    x, y(top, sample, largest)));
            }
        }
        svg.append(String.format(Locale.ROOT, "<polyline points='%s' fill='none' stroke='#163' stroke-width='2'/>%n"
            + "<text transform='translate(18 %d) rotate(-90)' text-anchor='middle'>%s</text>%n",
            line.toString().strip(), top + (TOP + HEIGHT - BOTTOM) / 2, label));
    }

    private static double x(int index, int count) {
        int width = WIDTH - RIGHT - LEFT;
        return count == 1 ? LEFT + width / 2.0 : LEFT + 30 + (width - 60.0) * index / (count - 1);
    }

    private static double y(int top, double value, double largest) {
        return top + HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / largest;
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }
}
