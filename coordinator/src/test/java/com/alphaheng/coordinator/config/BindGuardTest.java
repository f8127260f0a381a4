package com.alphaheng.coordinator.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BindGuardTest {
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.8.8.8", "localhost", "::1"})
    void thisMachineNeedsNoTokens(String host) {
        assertThatCode(() -> BindGuard.check(host, false)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.10", "no-such-host.invalid"})
    void othersAreLetInWithTokensOnly(String host) {
        assertThatThrownBy(() -> BindGuard.check(host, false)).hasMessageContaining("will not serve " + host)
                .hasMessageContaining("HENG_ADMIN_TOKEN_FILE");
        assertThatCode(() -> BindGuard.check(host, true)).doesNotThrowAnyException();
    }

    @Test
    void theMessageIsAllThatIsPrinted() {
        Throwable wrapped = new RuntimeException("wrapped", new BindGuard.Refused("will not"));
        assertThat(CoordinatorMain.explain(wrapped)).isEqualTo("will not");
    }
}
