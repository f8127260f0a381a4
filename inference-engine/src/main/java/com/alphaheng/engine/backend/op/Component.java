package com.alphaheng.engine.backend.op;

/// The parts of a step that a breakdown tells apart.
public enum Component {
    EMBED, NORMS, ATTENTION, ROUTE, EXPERTS, DENSE, RESIDUALS, HEAD, SAMPLING,
    /// All that drafting takes, the MTP layer's attention and experts included.
    DRAFTS
}
