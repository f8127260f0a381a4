package com.alphaheng.engine.cpu.reference;

import com.alphaheng.engine.backend.Availability;
import com.alphaheng.engine.backend.Backend;
import com.alphaheng.engine.backend.Device;
import com.alphaheng.engine.backend.DeviceOptions;
import com.alphaheng.engine.model.Weights;

/// The scalar oracle: one thread, plain Java, as readable as possible. Slow on purpose.
public final class ReferenceBackend implements Backend {

    @Override
    public String name() {
        return "reference";
    }

    @Override
    public int preference() {
        return 0;
    }

    @Override
    public Availability probe() {
        return new Availability.Available("scalar Java, one thread");
    }

    @Override
    public Device open(Weights weights, DeviceOptions options) {
        return new ReferenceDevice();
    }
}
