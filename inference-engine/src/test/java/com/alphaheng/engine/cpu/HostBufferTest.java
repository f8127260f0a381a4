package com.alphaheng.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alphaheng.engine.backend.DeviceException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.api.Test;

class HostBufferTest {

    @ParameterizedTest
    @ValueSource(longs = {4, 60, 64, 4100})
    void startsAsZerosOnALineOfTheCacheAndHasJustItsSize(long bytes) {
        try (HostBuffer buffer = new HostBuffer("x", bytes)) {
            assertThat(HostBuffer.segment(buffer).address() % 64).isZero();
            assertThat(buffer.bytes()).isEqualTo(bytes);
            assertThat(HostBuffer.ints(buffer, (int) (bytes / 4))).containsOnly(0);
            assertThatThrownBy(() -> buffer.writeInt(bytes, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void isClosedOnceAndThenHasNoMemory() {
        HostBuffer buffer = new HostBuffer("x", 64);
        buffer.close();
        buffer.close();
        assertThatThrownBy(() -> buffer.readInt(0)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void saysWhichBufferFoundNoMemory() {
        assertThatThrownBy(() -> new HostBuffer("cache of layer 3", Long.MAX_VALUE / 2))
            .isInstanceOf(DeviceException.class).hasMessageContaining("cache of layer 3")
            .hasMessageContaining("shorter");
    }
}
