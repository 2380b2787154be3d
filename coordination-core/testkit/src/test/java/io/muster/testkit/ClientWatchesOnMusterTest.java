package io.muster.testkit;

class ClientWatchesOnMusterTest extends ClientWatchesTests {
    @Override
    ServerProcess start() {
        return MusterProcess.start();
    }
}
