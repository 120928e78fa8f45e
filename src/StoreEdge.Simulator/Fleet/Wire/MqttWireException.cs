namespace StoreEdge.Simulator.Fleet.Wire;

/// <summary>The peer does not speak MQTT as the standard says, or says more than is listened to. The connection ends with it.</summary>
internal sealed class MqttWireException(string message) : Exception(message);
