package io.muster.server.storage;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.common.primitives.Bytes;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The target of Jazzer over every {@link Decoder}: the first byte says which one, the others are for it. Within a build the
 * samples are replayed; with {@code JAZZER_FUZZ=1} in the environment it searches (see CONTRIBUTING.md).
 */
class DecodersFuzzTest {
    private static final Decoder[] ALL = Decoder.values();

    static Stream<Arguments> samples() {
        return Arrays.stream(ALL)
                .flatMap(decoder -> decoder.samples().stream()
                        .map(sample ->
                                Arguments.of((Object) Bytes.concat(new byte[] {(byte) decoder.ordinal()}, sample))));
    }

    @MethodSource("samples")
    @FuzzTest(maxDuration = "10m")
    void anyBytesAreDecodedOrRefused(byte[] bytes) {
        if (bytes.length > 0) {
            ALL[(bytes[0] & 0xff) % ALL.length].check(Arrays.copyOfRange(bytes, 1, bytes.length));
        }
    }
}
