using System.Buffers.Binary;
using System.Security.Cryptography;
using StoreEdge.Core.Sightings;

namespace StoreEdge.Core.Identity;

/// <summary>
/// The devices known by their identity resolving key. An unknown address costs one AES for each of them, once: the answer is remembered for some minutes, under a hash with a
/// key that this process drew and nobody sees, so that no stranger's address is kept. How many addresses a second are looked into is bounded, and what is left out counted.
/// </summary>
internal sealed class ResolvableDevices : IDisposable
{
    // Phones change their address every 15 minutes (the specification's default); two halves of eight minutes remember one for its life.
    private static readonly TimeSpan HalfLife = TimeSpan.FromMinutes(8);
    private const int HalfSize = 4096;

    // A crowd brings a few new addresses a second. A flood of invented ones must not take the processor away.
    private const int MostPerSecond = 100;
    private const int Nobody = -1;

    private readonly Lock gate = new();
    private readonly ICryptoTransform[] keys;
    private readonly ICryptoTransform salt;
    private readonly byte[] input = new byte[16];
    private readonly byte[] output = new byte[16];
    private readonly int[] minutes = new int[60];
    private Dictionary<ulong, int> young = [];
    private Dictionary<ulong, int> old = [];
    private Instant halfSince;
    private long second, minute;
    private int inSecond;
    private bool disposed;

    public ResolvableDevices(IReadOnlyList<UInt128> identityResolvingKeys)
    {
        keys = [.. identityResolvingKeys.Select(Encryptor)];
        salt = Encryptor(BinaryPrimitives.ReadUInt128BigEndian(RandomNumberGenerator.GetBytes(16)));
        if (keys.Length == 0) return;
        // Grown now rather than while frames come.
        young.EnsureCapacity(HalfSize);
        old.EnsureCapacity(HalfSize);
    }

    public int Count => keys.Length;

    /// <summary>Addresses that were not looked into, because too many new ones came within a second.</summary>
    public long LeftOut { get; private set; }

    /// <summary>Addresses that fitted two devices, and so named neither.</summary>
    public long Contested { get; private set; }

    /// <summary>Different addresses of the last hour that belong to none of the devices.</summary>
    public int UnknownInLastHour(Instant now)
    {
        lock (gate)
        {
            Forget(now);
            return minutes.Sum();
        }
    }

    /// <summary>Which device an address belongs to; false for strangers. From any thread.</summary>
    public bool TryFind(DeviceAddress address, Instant at, out int device)
    {
        device = Nobody;
        if (keys.Length == 0) return false;
        lock (gate)
        {
            if (disposed) return false;
            var name = NameOf(address);
            if (young.TryGetValue(name, out device)) return device != Nobody;
            if (!old.TryGetValue(name, out device))
            {
                if (!MayLook(at)) return false;
                device = Resolve(address);
                if (device == Nobody) CountUnknown(at);
            }

            Remember(name, device, at);
            return device != Nobody;
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            foreach (var key in keys) key.Dispose();
            salt.Dispose();
        }
    }

    private static ICryptoTransform Encryptor(UInt128 key)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, key);
        using var aes = Aes.Create();
        aes.Mode = CipherMode.ECB;
        aes.Padding = PaddingMode.None;
        return aes.CreateEncryptor(bytes, null);
    }

    private int Resolve(DeviceAddress address)
    {
        input.AsSpan().Clear();
        BinaryPrimitives.WriteUInt32BigEndian(input.AsSpan(12), (uint)(address.Bits >> 24));
        var (hash, found) = ((uint)address.Bits & 0xFFFFFF, Nobody);
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i].TransformBlock(input, 0, 16, output, 0);
            if ((BinaryPrimitives.ReadUInt32BigEndian(output.AsSpan(12)) & 0xFFFFFF) != hash) continue;
            if (found != Nobody)
            {
                Contested++;
                return Nobody;
            }

            found = i;
        }

        return found;
    }

    private ulong NameOf(DeviceAddress address)
    {
        input.AsSpan().Clear();
        BinaryPrimitives.WriteUInt64BigEndian(input, address.Bits);
        salt.TransformBlock(input, 0, 16, output, 0);
        return BinaryPrimitives.ReadUInt64BigEndian(output);
    }

    private void Remember(ulong name, int device, Instant at)
    {
        if (young.Count >= HalfSize || at - halfSince >= HalfLife)
        {
            (young, old) = (old, young);
            young.Clear();
            halfSince = at;
        }

        young[name] = device;
    }

    private bool MayLook(Instant at)
    {
        var now = at.Nanoseconds / 1_000_000_000;
        if (now != second) (second, inSecond) = (now, 0);
        if (++inSecond <= MostPerSecond) return true;
        LeftOut++;
        return false;
    }

    private void CountUnknown(Instant at)
    {
        Forget(at);
        minutes[minute % 60]++;
    }

    private void Forget(Instant at)
    {
        var now = at.Nanoseconds / 60_000_000_000;
        for (var passed = Math.Min(now - minute, 60); passed > 0; passed--) minutes[(now - passed + 1) % 60] = 0;
        minute = Math.Max(now, minute);
    }
}
