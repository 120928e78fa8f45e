using System.Buffers.Binary;
using System.Text;
using StoreEdge.Linux.Netlink;

namespace StoreEdge.Linux.Nftables;

/// <summary>A transaction that some program made in nftables and that touched a table.</summary>
/// <param name="Program">The program's name as the kernel knows it, such as <c>nft</c>; empty where the kernel does not say.</param>
/// <param name="ProcessId">Its process id in the kernel's first process namespace; 0 where the kernel does not say.</param>
/// <param name="Structure">Whether the table, a chain, a rule or a set was made or removed.</param>
/// <param name="ElementsGone">Whether elements of a set were removed.</param>
public readonly record struct NftablesChange(string Program, int ProcessId, bool Structure, bool ElementsGone)
{
    // linux/netfilter/nf_tables.h
    private const int Subsystem = 10, NewTable = 0, DelTable = 2, NewChain = 3, DelChain = 5, NewRule = 6, DelRule = 8, NewSet = 9, DelSet = 11, DelElement = 14, NewGeneration = 15;
    private const int TableAttribute = 1, ProcessIdAttribute = 2, ProcessNameAttribute = 3;

    /// <summary>Reads what the kernel tells its listeners about one transaction or several.</summary>
    /// <param name="packet">As received.</param>
    /// <param name="table">The table that matters, without its family.</param>
    /// <param name="open">What of a transaction was seen so far; pass the same one with every packet.</param>
    /// <returns>The transactions that ended in this packet and touched the table.</returns>
    public static IReadOnlyList<NftablesChange> Read(ReadOnlySpan<byte> packet, string table, ref (bool Structure, bool ElementsGone) open)
    {
        List<NftablesChange>? changes = null;
        foreach (var message in new NetlinkMessages(packet))
        {
            if (message.Type >> 8 != Subsystem || message.Body.Length < 4) continue;
            var attributes = new NetlinkAttributes(message.Body[4..]);
            var kind = message.Type & 255;
            if (kind == NewGeneration)
            {
                if (open.Structure || open.ElementsGone) (changes ??= []).Add(Ended(attributes, open));
                open = default;
                continue;
            }

            if (kind is not (NewTable or DelTable or NewChain or DelChain or NewRule or DelRule or NewSet or DelSet or DelElement)) continue;
            foreach (var attribute in attributes)
            {
                if (attribute.Type != TableAttribute || Text(attribute.Value) != table) continue;
                if (kind == DelElement) open.ElementsGone = true;
                else open.Structure = true;
                break;
            }
        }

        return changes ?? (IReadOnlyList<NftablesChange>)[];
    }

    private static NftablesChange Ended(NetlinkAttributes attributes, (bool Structure, bool ElementsGone) open)
    {
        var (program, id) = ("", 0);
        foreach (var attribute in attributes)
            if (attribute.Type == ProcessNameAttribute) program = Text(attribute.Value);
            else if (attribute.Type == ProcessIdAttribute && attribute.Value.Length == 4) id = BinaryPrimitives.ReadInt32BigEndian(attribute.Value);
        return new(program, id, open.Structure, open.ElementsGone);
    }

    private static string Text(ReadOnlySpan<byte> value) => Encoding.UTF8.GetString(value.TrimEnd((byte)0));
}
