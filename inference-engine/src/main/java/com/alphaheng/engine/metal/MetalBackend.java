package com.alphaheng.engine.metal;

import com.alphaheng.engine.backend.Availability;
import com.alphaheng.engine.backend.Backend;
import com.alphaheng.engine.backend.Device;
import com.alphaheng.engine.backend.DeviceException;
import com.alphaheng.engine.backend.DeviceOptions;
import com.alphaheng.engine.metal.objc.MetalPlatform;
import com.alphaheng.engine.model.Weights;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/// The model on an Apple GPU.
public final class MetalBackend implements Backend {
    @Override
    public String name() {
        return "metal";
    }

    @Override
    public int preference() {
        // A library put in Metal's place, as the tests do, is used by those who ask for it by name.
        return MetalPlatform.isSystemMetal() ? 20 : -1;
    }

    @Override
    public Availability probe() {
        try {
            String reason = MetalDevice.unavailableReason();
            if (!reason.isEmpty()) {
                return new Availability.Unavailable(reason);
            }
            try (MetalDevice device = MetalDevice.open()) {
                return new Availability.Available(device.capabilities().name());
            }
        } catch (MetalException failure) {
            return new Availability.Unavailable(failure.getMessage());
        }
    }

    @Override
    public Map<String, byte[]> kernelFiles() {
        Map<String, byte[]> sources = new HashMap<>();
        KernelLibrary.FILES.forEach(file -> sources.put(file + ".metal",
                KernelLibrary.text(file).getBytes(StandardCharsets.UTF_8)));
        return sources;
    }

    @Override
    public Device open(Weights weights, DeviceOptions options) {
        try {
            return new MetalBackendDevice(weights);
        } catch (MetalException failure) {
            throw new DeviceException(failure.getMessage(), failure);
        }
    }
}
