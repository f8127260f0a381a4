import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/// Adds up Surefire's reports of all modules: skipped tests with their reasons, then one line of totals in Surefire's words.
/// Exit status 1 if a test failed, or if there was none.
void main(String[] arguments) throws IOException {
    int tests = 0;
    int failures = 0;
    int errors = 0;
    int skipped = 0;
    for (Path report : reports(Path.of(arguments[0]))) {
        Element suite = parse(report);
        tests += Integer.parseInt(suite.getAttribute("tests"));
        failures += Integer.parseInt(suite.getAttribute("failures"));
        errors += Integer.parseInt(suite.getAttribute("errors"));
        skipped += Integer.parseInt(suite.getAttribute("skipped"));
        NodeList skips = suite.getElementsByTagName("skipped");
        for (int index = 0; index < skips.getLength(); index++) {
            Element skip = (Element) skips.item(index);
            Element test = (Element) skip.getParentNode();
            String reason = skip.getAttribute("message").isBlank() ? skip.getTextContent() : skip.getAttribute("message");
            IO.println("Skipped: " + test.getAttribute("classname") + "." + test.getAttribute("name") + ": "
                    + reason.strip().lines().findFirst().orElse("no reason given"));
        }
    }
    IO.println("Tests run: " + tests + ", Failures: " + failures + ", Errors: " + errors + ", Skipped: " + skipped);
    System.exit(failures + errors > 0 || tests == 0 ? 1 : 0);
}

List<Path> reports(Path root) throws IOException {
    try (Stream<Path> modules = Files.list(root)) {
        return modules.map(module -> module.resolve("target/surefire-reports")).filter(Files::isDirectory)
                .flatMap(this::xmlFiles).sorted().toList();
    }
}

Stream<Path> xmlFiles(Path folder) {
    try {
        return Files.list(folder).filter(file -> file.getFileName().toString().matches("TEST-.*\\.xml"));
    } catch (IOException e) {
        throw new UncheckedIOException(e);
    }
}

Element parse(Path report) throws IOException {
    try {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(report.toFile()).getDocumentElement();
    } catch (ParserConfigurationException | SAXException e) {
        throw new IOException("unreadable test report " + report, e);
    }
}
