namespace StoreEdge.Agent.Controllers;

/// <summary>What a technician does about a controller that is of no use.</summary>
internal static class ControllerAdvice
{
    private const string Unreachable = "controller-unreachable", Certificate = "controller-certificate", Login = "controller-login-refused", Refused = "controller-refused",
        Strange = "controller-strange";

    /// <summary>Every code.</summary>
    public static IReadOnlyList<string> Codes { get; } = [Unreachable, Certificate, Login, Refused, Strange];

    /// <summary>The code of a fault, with what to do next.</summary>
    public static (string Code, string Action) Of(ControllerFaultKind kind, ControllerOptions options) => kind switch
    {
        ControllerFaultKind.Unreachable => (Unreachable, $"Check that {options.Url.Authority} is up and can be reached from this machine (curl -k {options.Url}); portal.controller.url says where it is."),
        ControllerFaultKind.Certificate => (Certificate,
            "Put its authority into portal.controller.caFile, or, where it made its certificate for itself, the SHA-256 of that certificate into portal.controller.fingerprint. If nobody changed it, ask who answers at that address."),
        ControllerFaultKind.Login => (Login,
            options.ApiKeyFile is null
                ? "Compare portal.controller.username and the password file with a local account of the controller that may manage guests; the corrected file is used at the next attempt."
                : "Make a new API key in the controller and put it into portal.controller.apiKeyFile; it is used at the next attempt."),
        ControllerFaultKind.Refused => (Refused, $"Check in the controller that the site is called '{options.Site}' (portal.controller.site), that its guest network has a hotspot with an external portal, and that the account may authorise guests."),
        _ => (Strange, "Check that portal.controller.url points at the controller itself, and its version; report the text with it."),
    };
}
