package com.alphaheng.engine.metal;

import com.alphaheng.engine.metal.objc.Selector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/// The messages this program sends, held against their header declarations and against the soft Metal's own methods.
@SoftMetalTest
class SelectorTableTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "metal-selectors.md");

    @ParameterizedTest
    @EnumSource
    void signatureIsWhatTheDeclarationSays(Selector selector) {
        List<String> types = types(selector.declaration());
        StringBuilder encoding = new StringBuilder();
        types.forEach(type -> encoding.append(letter(type)));
        assertThat(selector.signature().encoding()).isEqualTo(encoding.toString());
        assertThat(selector.text().chars().filter(letter -> letter == ':').count()).isEqualTo(types.size() - 1);
    }

    /// The types in the outermost parentheses: the result's, then the arguments'.
    private static List<String> types(String declaration) {
        List<String> types = new ArrayList<>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i < declaration.length(); i++) {
            if (declaration.charAt(i) == '(' && depth++ == 0) {
                start = i + 1;
            }
            if (declaration.charAt(i) == ')' && --depth == 0) {
                types.add(declaration.substring(start, i));
            }
        }
        return types;
    }

    private static char letter(String type) {
        return switch (type) {
            case "void", "oneway void" -> 'v';
            case "double", "CFTimeInterval" -> 'd';
            case "BOOL" -> 'B';
            case "uint8_t" -> 'C';
            case "MTLSize" -> 'S';
            case "NSRange" -> 'R';
            // Objects, pointers, and enumerations, which are all of NSUInteger or NSInteger here.
            default -> 'q';
        };
    }

    @ParameterizedTest
    @EnumSource
    void theSoftMetalAgrees(Selector selector) {
        List<String> same = SoftMetal.methods().stream().filter(line -> line.split(" ")[1].equals(selector.text()))
                .toList();
        assertThat(same).as("the soft Metal lacks %s", selector.text()).isNotEmpty();
        assertThat(same).allSatisfy(line -> assertThat(line)
                .endsWith(" " + selector.signature().encoding() + " " + selector.declaration().charAt(0)));
    }

    @Test
    void theDocumentIsUpToDate() throws IOException {
        StringBuilder table = new StringBuilder("""
                # Messages to Metal

                Every selector this program sends, its C shape (result, then arguments: `q` a 64-bit word, `v` nothing,
                `d` double, `B` BOOL, `C` an octet, `S` MTLSize, `R` NSRange) and the declaration in Apple's headers
                that it relies on. Generated from `metal.objc.Selector`; `SelectorTableTest` compares the shapes with
                the declarations and this file with the table.

                | selector | type | shape | declaration |
                | --- | --- | --- | --- |
                """);
        for (Selector selector : Selector.values()) {
            table.append("| `").append(selector.text()).append("` | ").append(selector.type()).append(" | `")
                    .append(selector.signature().encoding()).append("` | `").append(selector.declaration())
                    .append("` |\n");
        }
        Path fresh = Files.writeString(Path.of("target", "metal-selectors.md"), table);
        assertThat(DOCUMENT).as("copy %s over it", fresh).hasContent(table.toString());
    }
}
