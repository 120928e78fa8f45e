using StoreEdge.Linux.Gpio;
using StoreEdge.Linux.I2c;

namespace StoreEdge.Agent.Panels;

/// <summary>
/// Lets one loop at a time speak to what hangs on this machine, bus and lines alike. The kernel's driver of the MCP2221 (6.12) fills its only buffer before it takes its lock, so commands of two threads mix: seen in the lab as
/// a tone that was lost and a press that nobody made. Nobody waits long: one message to an OLED's page takes 12 ms.
/// </summary>
internal sealed class OneAtATime
{
    private readonly Lock gate = new();

    /// <summary>Opens a bus that waits its turn.</summary>
    public II2cBus Open(Func<II2cBus> open)
    {
        lock (gate) return new Bus(open(), gate);
    }

    /// <summary>Takes a line that waits its turn.</summary>
    public IGpioLine Take(Func<IGpioLine> take)
    {
        lock (gate) return new Line(take(), gate);
    }

    private sealed class Bus(II2cBus bus, Lock gate) : II2cBus
    {
        public void Write(int address, ReadOnlySpan<byte> bytes)
        {
            lock (gate) bus.Write(address, bytes);
        }

        public void WriteRead(int address, ReadOnlySpan<byte> bytes, Span<byte> answer)
        {
            lock (gate) bus.WriteRead(address, bytes, answer);
        }

        public void Dispose()
        {
            lock (gate) bus.Dispose();
        }
    }

    private sealed class Line(IGpioLine line, Lock gate) : IGpioLine
    {
        public bool TellsChanges => line.TellsChanges;

        public void Set(bool on)
        {
            lock (gate) line.Set(on);
        }

        public bool Get()
        {
            lock (gate) return line.Get();
        }

        /// <summary>Waits in the kernel and says nothing to the chip, so it is in nobody's way.</summary>
        public bool? WaitChange(TimeSpan limit) => line.WaitChange(limit);

        public void Dispose()
        {
            lock (gate) line.Dispose();
        }
    }
}
