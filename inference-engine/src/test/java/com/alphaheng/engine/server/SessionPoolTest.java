package com.alphaheng.engine.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.engine.Engine;
import com.alphaheng.engine.EngineOptions;
import com.alphaheng.engine.Session;
import com.alphaheng.engine.SessionOptions;
import com.alphaheng.engine.testing.ShippedModel;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Which session a prompt gets, with two of them.
class SessionPoolTest {

    private static final int SYSTEM = 40;

    private Engine engine;
    private SessionPool pool;

    @BeforeEach
    void open() {
        engine = Engine.open(ShippedModel.directory(), EngineOptions.defaults());
        pool = new SessionPool(engine, SessionOptions.greedy().withContext(256), 2);
    }

    @AfterEach
    void close() {
        pool.close();
        engine.close();
    }

    /// A prompt of a conversation: the beginning that all share, then its own.
    private static int[] prompt(int conversation, int length) {
        return IntStream.range(0, length).map(i -> i < SYSTEM ? i : 1000 * conversation + i).toArray();
    }

    private Session hold(int[] prompt) {
        Session session = pool.take(prompt);
        session.sync(prompt);
        pool.giveBack(session);
        return session;
    }

    @Test
    void aConversationKeepsItsSession() {
        Session first = hold(prompt(1, 150));
        Session second = hold(prompt(2, 150));
        assertThat(second).as("the common beginning is too little to give up the first for").isNotSameAs(first);
        assertThat(hold(prompt(1, 170))).isSameAs(first);
        assertThat(hold(prompt(2, 170))).isSameAs(second);
        assertThat(hold(prompt(1, 180))).isSameAs(first);
        assertThat(hold(prompt(3, 150))).as("used longest ago").isSameAs(second);
        assertThat(pool.tokens()).isEqualTo(180 + 150);
        assertThat(pool.capacity()).isEqualTo(512);
    }

    @Test
    void aTakenSessionIsNobodyElses() {
        Session first = pool.take(prompt(1, 100));
        first.sync(prompt(1, 100));
        Session second = pool.take(prompt(1, 100));
        assertThat(second).isNotSameAs(first);
        pool.giveBack(first);
        assertThat(pool.take(prompt(1, 120))).isSameAs(first);
    }

    @Test
    void aSessionThatFailedIsReplaced() {
        Session first = hold(prompt(1, 100));
        pool.take(prompt(1, 100));
        pool.discard(first);
        assertThat(pool.size()).isEqualTo(1);
        Session next = pool.take(prompt(1, 100));
        assertThat(next).isNotSameAs(first);
        assertThat(next.length()).isZero();
        assertThat(pool.size()).isEqualTo(2);
    }
}
