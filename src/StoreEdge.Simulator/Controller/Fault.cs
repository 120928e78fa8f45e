namespace StoreEdge.Simulator.Controller;

/// <summary>What is wrong with the controller.</summary>
internal enum Fault
{
    None,

    /// <summary>It answers every command and reports nothing: what USB and UART controllers do when their firmware stumbles.</summary>
    Wedged,

    /// <summary>It answers nothing at all.</summary>
    Hung,
}

/// <summary>What ends a fault by itself.</summary>
internal enum Cure
{
    /// <summary>Only <c>resume</c>, or its removal and return.</summary>
    Nothing,

    /// <summary>The host begins a scan anew.</summary>
    Scan,

    /// <summary>The host resets it, as a power cycle does.</summary>
    Reset,
}
