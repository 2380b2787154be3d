package io.muster.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.Samples.Sample;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class GoldenRecordsTest {
    private final Map<String, Sample> samples = Samples.all();

    @Test
    void goldenBytesDecodeToTheSampleAndTheSampleEncodesToThem() {
        Golden.records().forEach((name, bytes) -> {
            Sample sample = samples.get(name);
            assertNotNull(sample, "no sample for " + name);
            assertEquals(Deep.text(sample.value()), Deep.text(sample.decode(bytes)), name);
            assertEquals(HexFormat.of().formatHex(bytes), HexFormat.of().formatHex(sample.encoded()), name);
        });
    }

    @Test
    void onlyWhatZooKeeperHasNoRecordForIsWithoutGoldenBytes() {
        Set<String> own = samples.keySet().stream()
                .filter(name -> !Golden.records().containsKey(name))
                .collect(Collectors.toSet());
        assertEquals(
                Set.of(
                        "request PING",
                        "request WHO_AM_I",
                        "request CLOSE_SESSION",
                        "request DELETE_CONTAINER",
                        "response DELETE"),
                own);
    }

    @Test
    void everySampleSurvivesARoundTrip() {
        samples.forEach((name, sample) -> {
            JuteReader in = new JuteReader(sample.encoded());
            assertEquals(Deep.text(sample.value()), Deep.text(sample.decoder().apply(in)), name);
            assertEquals(0, in.remaining(), name + ": bytes left");
        });
    }

    @Test
    void everyRequestAndResponseHasASample() {
        assertEquals(List.of(), withoutSample(Request.class));
        assertEquals(List.of(), withoutSample(Response.class));
        assertTrue(Request.class.getPermittedSubclasses().length >= 26);
        assertTrue(Response.class.getPermittedSubclasses().length >= 15);
    }

    @Test
    void everyOperationThatCanBeRequestedHasASample() {
        Set<OpCode> sampled = samples.values().stream()
                .map(Sample::value)
                .filter(Request.class::isInstance)
                .map(request -> ((Request) request).op())
                .collect(Collectors.toSet());
        assertEquals(
                Set.of(OpCode.CREATE_SESSION, OpCode.ERROR),
                Arrays.stream(OpCode.values())
                        .filter(op -> !sampled.contains(op))
                        .collect(Collectors.toSet()));
    }

    @Test
    void bytesAfterTheLastFieldAreIgnored() {
        samples.forEach((name, sample) -> {
            if (!name.startsWith("frame connect")) {
                byte[] longer = Arrays.copyOf(sample.encoded(), sample.encoded().length + 3);
                assertEquals(Deep.text(sample.value()), Deep.text(sample.decode(longer)), name);
            }
        });
    }

    @Test
    void readOnlyFlagOfAnOldClientIsAbsentBothWays() {
        ConnectRequest request = new ConnectRequest(0, 0, 30_000, 0, new byte[16], null);
        byte[] asked = Samples.written(request::write);
        assertEquals(44, asked.length);
        assertEquals(Deep.text(request), Deep.text(ConnectRequest.read(new JuteReader(asked))));
        ConnectResponse response = new ConnectResponse(0, 30_000, 1, new byte[16], null);
        byte[] answered = Samples.written(response::write);
        assertEquals(36, answered.length);
        assertEquals(Deep.text(response), Deep.text(ConnectResponse.read(new JuteReader(answered))));
    }

    @Test
    void headersAndStatTakeTheSizesThatTheySay() {
        assertEquals(
                RequestHeader.SIZE_BYTES,
                samples.get("frame request-header ping").encoded().length);
        assertEquals(
                ReplyHeader.SIZE_BYTES, samples.get("frame reply-header ok").encoded().length);
        assertEquals(Stat.SIZE_BYTES, samples.get("frame stat full").encoded().length);
    }

    private List<String> withoutSample(Class<?> sealed) {
        return Arrays.stream(sealed.getPermittedSubclasses())
                .filter(each -> samples.values().stream().noneMatch(sample -> each.isInstance(sample.value())))
                .map(Class::getSimpleName)
                .toList();
    }
}
