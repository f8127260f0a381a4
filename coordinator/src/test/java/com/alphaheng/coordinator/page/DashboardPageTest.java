package com.alphaheng.coordinator.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The dashboard in a real browser, against canned answers. What is drawn is read back from the document; pictures of
/// what was seen go to `target/screenshots` for people.
@Tag("slow")
class DashboardPageTest {
    private static final Path STATIC_FILES = Path.of("src/main/resources/META-INF/resources");
    private static final String TABLE_ROWS = "[...document.querySelectorAll('.grid-body .grid-row:not([hidden])')]";
    private static Chromium browser;

    private FixtureServer server;

    @BeforeAll
    static void startBrowser() throws IOException {
        Optional<Path> executable = Chromium.find();
        if (executable.isEmpty()) {
            System.out.println("skipped: no Chromium or Chrome found; name one with -Dchromium=PATH");
        }
        assumeTrue(executable.isPresent(), "no Chromium or Chrome found; name one with -Dchromium=PATH");
        browser = Chromium.start(executable.get());
    }

    @AfterAll
    static void stopBrowser() throws IOException {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void startServer() throws IOException {
        Instant now = Instant.now();
        server = new FixtureServer(STATIC_FILES, 0, List.of(
                FixtureCampaign.roadmap("running", now, 16, List.of("mtp-draft-step")),
                FixtureCampaign.roadmap("finished", now, 29, List.of())), now);
        browser.resize(1440, 1200, 1);
        browser.colorScheme("light", true);
    }

    @AfterEach
    void stopServer() {
        server.close();
    }

    private void show(String address) {
        browser.open(server.address() + "/" + address);
        browser.waitFor("document.querySelector('#main') && !document.querySelector('#main').hidden");
    }

    private static String text(String selector) {
        return browser.evaluate("document.querySelector('" + selector + "')?.innerText ?? ''").asText();
    }

    private static void keepPicture(String name) throws IOException {
        Path folder = Files.createDirectories(Path.of("target", "screenshots"));
        Files.write(folder.resolve(name + ".png"), browser.screenshot());
    }

    @Test
    void showsProgressStaircaseAndTasks() throws IOException {
        show("#/?campaign=running");
        assertThat(text(".progress .big")).contains("15").contains("of 29 done");
        assertThat(browser.evaluate("document.querySelectorAll('.cells button').length").asInt()).isEqualTo(29);
        assertThat(browser.evaluate("document.querySelector('.legend').textContent").asText())
                .contains("1 failed").contains("3 running");
        assertThat(browser.evaluate("[...document.querySelectorAll('.stairs .stage')].map(t => t.textContent).join()")
                .asText()).isEqualTo("baseline,no syncs,fusion + memory,quantized KV");
        assertThat(browser.evaluate("document.querySelectorAll('.stairs .whisker').length").asInt()).isEqualTo(4);
        assertThat(text("#staircase")).contains("theirs").contains("7.1").contains("35");
        assertThat(browser.evaluate(TABLE_ROWS + ".length").asInt()).isEqualTo(29);
        assertThat(text("#alerts")).contains("mtp-draft-step").contains("worker lost");
        assertThat(browser.evaluate("document.title").asText()).startsWith("15/29 · 1 failed");
        keepPicture("running-light");
        assertThat(browser.errors()).isEmpty();
    }

    @Test
    void showsWhatTheLastSubmissionChanged() throws IOException {
        show("#/?campaign=running");
        assertThat(text(".changes summary")).contains("+1 added").contains("~2 changed").contains("−1 removed")
                .contains("by ann");
        browser.evaluate("document.querySelector('.changes summary').click()");
        browser.waitFor("document.querySelector('.changes').open");
        assertThat(text(".changes ul")).contains("+ mtp-draft-step", "~ thermal-soak", "− old-idea");
        keepPicture("last-submission");
        assertThat(browser.errors()).isEmpty();
    }

    @Test
    void saysFirstThatNothingCanGoOnAndWhatToDo() throws IOException {
        server.campaigns.get("running").standstill = "a: no worker is online: start one with ./heng worker";
        for (int width : List.of(390, 1440)) {
            browser.resize(width, 1200, 1);
            show("#/?campaign=running");
            assertThat(text("#alerts li")).contains("stands still", "start one with ./heng worker");
            assertThat(browser.evaluate("document.querySelectorAll('#alerts li').length").asInt()).isEqualTo(3);
            assertThat(browser.evaluate("[...document.querySelectorAll('[data-report]')].filter(link => "
                    + "link.getClientRects().length && link.href.includes('/api/reports/running/')).length").asInt())
                    .as("links to reports at " + width).isEqualTo(2);
            keepPicture("standstill-" + width);
        }
        assertThat(browser.errors()).isEmpty();
    }

    @Test
    void asksForATokenWhereOneIsNeeded() throws IOException {
        server.askFor("heng_right");
        browser.open(server.address() + "/#/?campaign=running");
        browser.waitFor("document.querySelector('#sign-in')?.open");
        assertThat(text("#sign-in")).contains("this coordinator asks for a token").contains("heng token create")
                .doesNotContain("send a header");
        assertThat(browser.evaluate("getComputedStyle(document.querySelector('#connection')).visibility").asText())
                .isEqualTo("hidden");
        keepPicture("sign-in");
        enterToken("heng_wrong");
        browser.waitFor("document.querySelector('#sign-in')?.open");
        enterToken("heng_right");
        browser.waitFor("document.querySelector('#connection')?.dataset.state === 'live'");
        browser.waitFor("document.querySelector('.progress .big')?.innerText.includes('of 29 done')");
        browser.evaluate("sessionStorage.clear()");
    }

    private static void enterToken(String token) {
        browser.evaluate("window.beforeSignIn = true; document.querySelector('#sign-in-token').value = '" + token
                + "'; document.querySelector('#sign-in form').requestSubmit()");
        browser.waitFor("!window.beforeSignIn");
    }

    @Test
    void followsEventsWithoutReload() {
        show("#/?campaign=running");
        browser.waitFor("document.querySelector('#connection').dataset.state === 'live'");
        browser.evaluate("window.notReloaded = true");
        server.finish("running", "memory-ceiling", false);
        browser.waitFor("document.querySelector('.progress .big').innerText.startsWith('16')");
        server.finish("running", "split-k-long-context", true);
        browser.waitFor("document.querySelector('#alerts').innerText.includes('split-k-long-context')");
        server.loseWorker();
        browser.waitFor("document.querySelector('#workers').innerText.includes('mac-mini-1') "
                + "&& document.querySelectorAll('.worker[data-state=LOST]').length === 2");
        assertThat(browser.evaluate("window.notReloaded").asBoolean()).isTrue();
        assertThat(browser.errors()).isEmpty();
    }

    @Test
    void saysThatTheConnectionIsGoneAndComesBackWithWhatWasMissed() throws IOException {
        show("#/?campaign=running");
        browser.waitFor("document.querySelector('#connection').dataset.state === 'live'");
        server.dropListeners();
        server.finish("running", "memory-ceiling", false);
        browser.waitFor("document.querySelector('#connection').dataset.state === 'reconnecting'");
        browser.waitFor("document.querySelector('#connection').dataset.state === 'live'");
        browser.waitFor("document.querySelector('.progress .big').innerText.startsWith('16')");
    }

    @Test
    void aDeepLinkOpensTheTaskWithReasonLogMeasurementsAndCommand() throws IOException {
        show("#/task/batch-command-buffers?campaign=running");
        browser.waitFor("document.querySelectorAll('.log-line').length === 140");
        browser.waitFor("document.querySelectorAll('.dots circle').length === 28");
        assertThat(text("#panel h2")).isEqualTo("batch-command-buffers");
        assertThat(text("#panel")).contains("./marlin bench").contains("Needed by").contains("fuse-router-topk");
        keepPicture("task-panel");
        show("#/task/mtp-draft-step?campaign=running");
        browser.waitFor("document.querySelector('.reason-box')?.innerText.includes('exited with 1')");
        assertThat(text("#panel .reason-box")).contains("Why it failed");
        show("#/task/no-such-task?campaign=running");
        browser.waitFor("document.querySelector('#panel').innerText.includes('has no task of this name')");
        assertThat(browser.errors()).isEmpty();
    }

    @Test
    void theLogIsFollowedWhileTheTaskRuns() {
        show("#/task/memory-ceiling?campaign=running");
        browser.waitFor("document.querySelectorAll('.log-line').length >= 40");
        int before = browser.evaluate("document.querySelectorAll('.log-line').length").asInt();
        browser.waitFor("document.querySelectorAll('.log-line').length > " + before);
        String fromTheEnd = "(e => e.scrollHeight - e.scrollTop - e.clientHeight)(document.querySelector('.log-body'))";
        assertThat(browser.evaluate(fromTheEnd).asDouble()).isLessThan(30);
    }

    @Test
    void theKeyboardIsEnough() {
        show("#/?campaign=running");
        browser.waitFor(TABLE_ROWS + ".length === 29");
        browser.press("j");
        browser.press("j");
        browser.press("k");
        browser.press("Enter");
        browser.waitFor("document.querySelector('#panel h2')?.innerText === 'profile-decode'");
        browser.press("j");
        browser.waitFor("document.querySelector('#panel h2')?.innerText === 'eliminate-eos-sync'");
        browser.press("Escape");
        browser.waitFor("document.querySelector('#panel').hidden");
        browser.press("/");
        "mtp p".chars().forEach(c -> browser.press(String.valueOf((char) c)));
        browser.waitFor(TABLE_ROWS + ".length < 12");
        assertThat(browser.evaluate("location.hash").asText()).contains("q=mtp");
        browser.press("Escape");
        browser.waitFor(TABLE_ROWS + ".length === 29");
        browser.press("Escape");
        browser.press("n");
        browser.press("Enter");
        browser.waitFor("document.querySelector('#panel h2')?.innerText === 'mtp-draft-step'");
        browser.press("?");
        browser.waitFor("document.querySelector('#help').open");
        assertThat(browser.errors()).isEmpty();
    }

    @Test
    void filtersAndSortingLiveInTheAddress() {
        show("#/?campaign=running&status=SUCCEEDED&priority=P0&sort=-name");
        browser.waitFor("document.querySelector('#tasks-note').innerText.endsWith('of 29')");
        String names = browser.evaluate(TABLE_ROWS + ".map(r => r.querySelector('.cell-name').innerText).join()")
                .asText();
        assertThat(names.split(",")).isSortedAccordingTo(Comparator.reverseOrder()).contains("profile-decode")
                .doesNotContain("batch-command-buffers");
        browser.evaluate("document.querySelector('.legend button').click()");
        browser.waitFor("!location.hash.includes('SUCCEEDED')");
    }

    @Test
    void retryAsksTheCoordinatorAndShowsTheAnswer() {
        show("#/task/mtp-draft-step?campaign=running");
        browser.waitFor("document.querySelector('#panel button.plain')?.innerText === 'Retry'");
        browser.evaluate("document.querySelector('#panel button.plain').click()");
        browser.waitFor("document.querySelector('#panel .status-text').innerText === 'Ready'");
        assertThat(text("#panel .reason-box")).contains("queued again by hand");
    }

    @Test
    void darkAndLightFollowTheSystemAndTheToggle() throws IOException {
        browser.colorScheme("dark", true);
        show("#/?campaign=finished");
        String dark = browser.evaluate("getComputedStyle(document.body).backgroundColor").asText();
        keepPicture("finished-dark");
        browser.press("t");
        String light = browser.evaluate("getComputedStyle(document.body).backgroundColor").asText();
        assertThat(dark).isEqualTo("rgb(15, 17, 19)");
        assertThat(light).isEqualTo("rgb(246, 245, 242)");
        browser.press("t");
    }

    @Test
    void everyControlHasANameAndEveryTextEnoughContrast() {
        for (String scheme : List.of("light", "dark")) {
            browser.colorScheme(scheme, true);
            show("#/task/batch-command-buffers?campaign=running");
            browser.waitFor("document.querySelectorAll('.dots circle').length === 28");
            assertThat(browser.evaluate(PageAudit.UNNAMED_CONTROLS).asText()).as("controls without a name").isEmpty();
            assertThat(browser.evaluate(PageAudit.LOW_CONTRAST).asText()).as("contrast below 4.5, " + scheme).isEmpty();
        }
    }

    @Test
    void nothingSticksOutSidewaysAtAnyWidth() throws IOException {
        for (int width : List.of(390, 768, 1024, 1440, 1800, 3840)) {
            browser.resize(width, 1000, 1);
            show("#/?campaign=running");
            assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt()).as("at " + width)
                    .isLessThanOrEqualTo(width);
            keepPicture("running-" + width);
        }
    }

    @Test
    void withoutACampaignItSaysWhatToDo() throws IOException {
        try (FixtureServer none = new FixtureServer(STATIC_FILES, 0, List.of(), Instant.now())) {
            browser.open(none.address() + "/");
            browser.waitFor("document.querySelector('#empty')?.innerText.includes('No campaign yet')");
            assertThat(text("#empty")).contains("./heng submit task-specs/*.yaml");
            keepPicture("empty");
        }
    }

    @Test
    void tenThousandTasksStayQuick() throws IOException {
        Instant now = Instant.now();
        try (FixtureServer large = new FixtureServer(STATIC_FILES, 0,
                List.of(FixtureCampaign.large("large", now, 10_000)), now)) {
            browser.open(large.address() + "/");
            browser.waitFor("document.documentElement?.dataset.renderedMilliseconds");
            browser.waitFor("document.querySelector('#graph canvas')?.dataset.drawn === '10000'");
            System.out.printf("10,000 tasks: first render %s ms, graph frame %s ms%n",
                    browser.evaluate("document.documentElement.dataset.renderedMilliseconds").asText(),
                    browser.evaluate("document.querySelector('#graph canvas').dataset.milliseconds").asText());
            assertThat(browser.evaluate("document.querySelectorAll('.grid-body .grid-row').length").asInt())
                    .as("rows in the document").isLessThan(80);
            browser.evaluate("document.querySelector('.grid-body').scrollTop = 180000");
            browser.waitFor(TABLE_ROWS + ".some(r => r.querySelector('.cell-name').innerText === 'tile-sweep-05010')");
            browser.press("/");
            "09999".chars().forEach(c -> browser.press(String.valueOf((char) c)));
            browser.waitFor(TABLE_ROWS + ".length === 1");
            keepPicture("ten-thousand");
            assertThat(browser.errors()).isEmpty();
        }
    }
}
