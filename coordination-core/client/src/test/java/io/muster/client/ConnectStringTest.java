package io.muster.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectStringTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a | [a:2181] | ''",
                "a:1,b:2 | [a:1, b:2] | ''",
                "a, b:2 | [a:2181, b:2] | ''",
                "a:1,b:2/app | [a:1, b:2] | /app",
                "a:1/app/x | [a:1] | /app/x",
                "a:1/ | [a:1] | ''",
                "[::1]:5 | [[::1]:5] | ''",
                "[fe80::1],10.0.0.1:7/x | [[fe80::1]:2181, 10.0.0.1:7] | /x",
            })
    void isTakenApart(String text, String servers, String chroot) {
        ConnectString parsed = ConnectString.parse(text);
        assertEquals(servers, parsed.servers().toString());
        assertEquals(chroot, parsed.chroot());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",", "/app", "a:0", "a:65536", "a:x", "a:1:2", "[::1", "[::1]5", ":5", "a:1/app/"})
    void isRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> ConnectString.parse(text));
    }

    @Test
    void aClientWithoutServersIsRefused() {
        assertThrows(IllegalStateException.class, () -> MusterClient.builder().connect());
    }
}
