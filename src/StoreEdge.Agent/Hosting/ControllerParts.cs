using StoreEdge.Agent.Controllers;
using StoreEdge.Agent.Health;

namespace StoreEdge.Agent.Hosting;

/// <summary>Somebody else's Wi-Fi controller and the door that it makes.</summary>
internal sealed class ControllerParts : IDisposable
{
    private readonly UnifiController controller;

    public ControllerParts(ControllerOptions options, HealthBoard health, TimeProvider time)
    {
        controller = new(options);
        Door = new(controller, options, health, time);
    }

    public ControllerDoor Door { get; }

    public void Dispose()
    {
        Door.Dispose();
        controller.Dispose();
    }
}
