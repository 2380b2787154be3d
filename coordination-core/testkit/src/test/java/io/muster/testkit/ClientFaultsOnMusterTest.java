package io.muster.testkit;

class ClientFaultsOnMusterTest extends ClientFaultsTests {
    @Override
    ServerProcess start() {
        return MusterProcess.start();
    }

    @Override
    boolean confirmsPings() {
        return true;
    }
}
