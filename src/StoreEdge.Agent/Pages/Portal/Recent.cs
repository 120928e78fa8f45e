using System.Diagnostics.CodeAnalysis;

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>A table that remembers only so many entries: the one untouched for longest goes first. Not thread-safe; its owner locks.</summary>
/// <param name="capacity">How many entries stay, at least 1.</param>
internal sealed class Recent<TKey, TValue>(int capacity)
    where TKey : notnull
{
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value)>> byKey = [];
    private readonly LinkedList<(TKey Key, TValue Value)> oldestFirst = [];

    public int Count => byKey.Count;

    /// <summary>Finds an entry and makes it the youngest.</summary>
    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        value = default;
        if (!byKey.TryGetValue(key, out var node)) return false;
        oldestFirst.Remove(node);
        oldestFirst.AddLast(node);
        value = node.Value.Value;
        return true;
    }

    /// <summary>Puts an entry in as the youngest.</summary>
    public void Set(TKey key, TValue value)
    {
        Remove(key);
        if (byKey.Count >= capacity) Remove(oldestFirst.First!.Value.Key);
        byKey[key] = oldestFirst.AddLast((key, value));
    }

    public void Remove(TKey key)
    {
        if (byKey.Remove(key, out var node)) oldestFirst.Remove(node);
    }
}
