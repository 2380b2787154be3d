package io.muster.testkit;

class ClientOperationsOnMusterTest extends ClientOperationsTests {
    @Override
    ServerProcess start() {
        return MusterProcess.start();
    }
}
