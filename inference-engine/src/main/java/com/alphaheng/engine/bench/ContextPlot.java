package com.alphaheng.engine.bench;

import java.util.List;
import java.util.Locale;

/// Decode speed over context length as an SVG picture: the median of each context, and its samples as dots.
public final class ContextPlot {

    private static final int WIDTH = 720;
    private static final int HEIGHT = 400;
    private static final int LEFT = 70;
    private static final int BOTTOM = 50;
    private static final int TOP = 40;

    private ContextPlot() { }

    public static String svg(String title, List<EngineBench.Frontier> frontiers) {
        List<Metric> rates = frontiers.stream().map(frontier -> frontier.metric("decode_tokens_per_second")).toList();
        double largest = rates.stream().flatMap(rate -> rate.samples().stream()).mapToDouble(Double::doubleValue)
            .max().orElseThrow() * 1.1;
        StringBuilder svg = new StringBuilder(String.format(Locale.ROOT,
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' font-family='sans-serif' font-size='13'>%n"
                + "<rect width='100%%' height='100%%' fill='white'/><text x='%d' y='24'>%s</text>%n",
            WIDTH, HEIGHT, LEFT, escape(title)));
        for (int i = 0; i <= 4; i++) {
            double value = largest * i / 4;
            svg.append(String.format(Locale.ROOT, "<line x1='%d' x2='%d' y1='%.1f' y2='%.1f' stroke='#ddd'/>"
                + "<text x='%d' y='%.1f' text-anchor='end'>%.1f</text>%n", LEFT, WIDTH - 20, y(value, largest),
                y(value, largest), LEFT - 8, y(value, largest) + 4, value));
        }
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < frontiers.size(); i++) {
            double x = x(i, frontiers.size());
            line.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y(rates.get(i).value(), largest)));
            svg.append(String.format(Locale.ROOT, "<text x='%.1f' y='%d' text-anchor='middle'>%d</text>%n", x,
                HEIGHT - BOTTOM + 20, frontiers.get(i).context()));
            for (double sample : rates.get(i).samples()) {
                svg.append(String.format(Locale.ROOT, "<circle cx='%.1f' cy='%.1f' r='3' fill='#2a6' opacity='.5'/>%n",
                    x, y(sample, largest)));
            }
        }
        svg.append(String.format(Locale.ROOT, "<polyline points='%s' fill='none' stroke='#163' stroke-width='2'/>%n"
            + "<text x='%d' y='%d' text-anchor='middle'>tokens in context</text>"
            + "<text transform='translate(18 %d) rotate(-90)' text-anchor='middle'>decode, tok/s</text>%n</svg>%n",
            line.toString().strip(), WIDTH / 2, HEIGHT - 10, HEIGHT / 2));
        return svg.toString();
    }

    private static double x(int index, int count) {
        return count == 1 ? (LEFT + WIDTH - 20) / 2.0 : LEFT + 30 + (WIDTH - LEFT - 80.0) * index / (count - 1);
    }

    private static double y(double value, double largest) {
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / largest;
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }
}
