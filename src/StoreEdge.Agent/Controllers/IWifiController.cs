using System.Net;
using StoreEdge.Agent.Pages.Portal;

namespace StoreEdge.Agent.Controllers;

/// <summary>What a controller of somebody else's Wi-Fi must be able to do. One class for each make; the rest is <see cref="ControllerDoor"/>.</summary>
internal interface IWifiController
{
    /// <summary>The phones that are on the guest network now.</summary>
    /// <exception cref="ControllerFault">It could not be asked.</exception>
    Task<IReadOnlyList<Station>> StationsAsync(CancellationToken stop);

    /// <summary>Lets a phone pass for as long as the options say, from now.</summary>
    /// <exception cref="ControllerFault">It could not be asked, or does not want to.</exception>
    Task AuthoriseAsync(DeviceKey device, CancellationToken stop);

    /// <summary>Lets a phone pass no longer.</summary>
    /// <exception cref="ControllerFault">It could not be asked, or does not want to.</exception>
    Task DismissAsync(DeviceKey device, CancellationToken stop);
}

/// <summary>A phone on the guest network, as the controller sees it.</summary>
/// <param name="Device">Its hardware address, lower case with colons; in RAM only.</param>
/// <param name="Addresses">Its IP addresses.</param>
/// <param name="IsAuthorised">Whether the controller lets it pass.</param>
internal sealed record Station(DeviceKey Device, IReadOnlyList<IPAddress> Addresses, bool IsAuthorised);

/// <summary>Why a controller is of no use now.</summary>
internal enum ControllerFaultKind
{
    /// <summary>Nobody answers at its address.</summary>
    Unreachable,

    /// <summary>Whoever answers does not prove to be the controller.</summary>
    Certificate,

    /// <summary>It does not accept our login or key.</summary>
    Login,

    /// <summary>It says no to what we asked.</summary>
    Refused,

    /// <summary>It answers what no controller of this kind would.</summary>
    Strange,
}

/// <summary>A controller could not be asked, or says no.</summary>
/// <param name="kind">Which way.</param>
/// <param name="message">With the evidence; no personal data.</param>
/// <param name="inner">What happened.</param>
internal sealed class ControllerFault(ControllerFaultKind kind, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Which way it failed.</summary>
    public ControllerFaultKind Kind => kind;
}
