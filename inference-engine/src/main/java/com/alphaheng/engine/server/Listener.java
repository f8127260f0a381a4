package com.alphaheng.engine.server;

import com.alphaheng.engine.chat.Completion;

/// Hears what becomes of a request, on the engine's owner thread: must not wait for anything. First [#begun] unless it
/// fails before, at the end [#ended] or [#failed]; nothing after it was cancelled.
public interface Listener {

    /// Its turn has come.
    void begun();

    /// More text, never empty.
    ///
    /// @return false when enough has come
    boolean text(String piece);

    void ended(Completion completion);

    void failed(ApiException problem);
}
