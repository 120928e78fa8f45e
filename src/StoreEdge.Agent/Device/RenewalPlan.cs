using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace StoreEdge.Agent.Device;

/// <summary>When a device asks for its certificate's successor, and when again where it did not get one.</summary>
internal static class RenewalPlan
{
    private const double DueAfter = 2.0 / 3, Spread = 0.1;

    /// <summary>Most failures are a line that comes back within minutes; what a person has to mend is mended within hours. A short-lived certificate cannot wait so long.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(1), LongestPause = TimeSpan.FromHours(6);

    /// <summary>At two thirds of the life, and up to a tenth of it later: stores that were enrolled on one day do not all ask at one moment. The same device always asks at the same point of its certificates' lives.</summary>
    public static DateTimeOffset DueAt(DateTimeOffset from, DateTimeOffset to, string device)
    {
        var share = BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes("storeedge renewal " + device))) / (double)uint.MaxValue;
        return from + (to - from) * (DueAfter + Spread * share);
    }

    /// <summary>How long to wait after so many failures in a row: doubled each time, at most a twentieth of the life, and shortened by up to half, so that those who failed together do not ask together.</summary>
    public static TimeSpan Pause(int failures, TimeSpan life, double random)
    {
        var first = Math.Min(FirstPause.Ticks, life.Ticks / 200.0);
        var most = Math.Min(LongestPause.Ticks, life.Ticks / 20.0);
        return TimeSpan.FromTicks((long)(Math.Min(first * Math.Pow(2, Math.Min(failures - 1, 30)), most) * (1 - random / 2)));
    }
}
