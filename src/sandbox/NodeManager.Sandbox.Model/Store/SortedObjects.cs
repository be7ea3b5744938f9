namespace NodeManager.Sandbox.Model.Store;

/// <summary>
/// An immutable sorted list: a snapshot is free, a change copies one block and the array of blocks. Sorted ordinally by namespace and name,
/// as in etcd.
/// </summary>
internal sealed class SortedObjects
{
    private const int BlockSize = 128;

    // The size of initial blocks, which leaves room for insertions.
    private const int FilledSize = 96;

    private readonly StoredObject[][] _blocks;

    private SortedObjects(StoredObject[][] blocks, int count)
    {
        _blocks = blocks;
        Count = count;
    }

    public static SortedObjects Empty { get; } = new([], 0);

    public int Count { get; }

    public StoredObject? Find(string ns, string name)
    {
        (int block, int index, bool found) = Locate(ns, name);
        return found ? _blocks[block][index] : null;
    }

    /// <summary>Adds or replaces an object.</summary>
    public SortedObjects Set(StoredObject item)
    {
        (int block, int index, bool found) = Locate(item.Namespace, item.Name);
        if (_blocks.Length == 0)
            return new(
                [
                    [item],
                ],
                1
            );
        StoredObject[] old = _blocks[block];
        if (found)
        {
            var changed = (StoredObject[])old.Clone();
            changed[index] = item;
            return new(Replace(block, changed), Count);
        }

        var grown = new StoredObject[old.Length + 1];
        Array.Copy(old, grown, index);
        grown[index] = item;
        Array.Copy(old, index, grown, index + 1, old.Length - index);
        if (grown.Length <= BlockSize)
            return new(Replace(block, grown), Count + 1);

        // For appends in order, which are common, the full block stays full.
        int split = block == _blocks.Length - 1 && index == old.Length ? BlockSize : grown.Length / 2;
        return new(Replace(block, grown[..split], grown[split..]), Count + 1);
    }

    /// <summary>Adds new objects in any order.</summary>
    /// <exception cref="ArgumentException">A key exists.</exception>
    public SortedObjects Add(IReadOnlyCollection<StoredObject> items)
    {
        StoredObject[] added = [.. items];
        Array.Sort(added, static (left, right) => Compare(left, right.Namespace, right.Name));
        var all = new StoredObject[Count + added.Length];
        int next = 0,
            index = 0;
        foreach (StoredObject known in Walk())
        {
            while (index < added.Length && Compare(added[index], known.Namespace, known.Name) < 0)
                all[next++] = added[index++];
            all[next++] = known;
        }

        added.AsSpan(index).CopyTo(all.AsSpan(next));
        for (int i = 1; i < all.Length; i++)
            if (Compare(all[i - 1], all[i].Namespace, all[i].Name) == 0)
                throw new ArgumentException($"{all[i].Kind.Kind} {all[i].Namespace}/{all[i].Name} exists already.", nameof(items));
        return new([.. all.Chunk(FilledSize)], all.Length);
    }

    public SortedObjects Remove(string ns, string name)
    {
        (int block, int index, bool found) = Locate(ns, name);
        if (!found)
            return this;
        StoredObject[] old = _blocks[block];
        if (old.Length == 1)
            return new(Replace(block), Count - 1);
        var shrunk = new StoredObject[old.Length - 1];
        Array.Copy(old, shrunk, index);
        Array.Copy(old, index + 1, shrunk, index, old.Length - index - 1);
        return new(Replace(block, shrunk), Count - 1);
    }

    /// <summary>The objects of a namespace (null: all) after a key, if given.</summary>
    public IEnumerable<StoredObject> Walk(string? ns = null, (string Namespace, string Name)? after = null)
    {
        (int block, int index, bool found) = after is { } key ? Locate(key.Namespace, key.Name) : Locate(ns ?? "", "");
        if (after is not null && found)
            index++;
        for (; block < _blocks.Length; block++, index = 0)
        {
            StoredObject[] items = _blocks[block];
            for (; index < items.Length; index++)
            {
                if (ns is not null && !string.Equals(items[index].Namespace, ns, StringComparison.Ordinal))
                    yield break;
                yield return items[index];
            }
        }
    }

    /// <summary>The number of objects of a namespace (null: all) after a key.</summary>
    public int CountAfter(string? ns, string afterNamespace, string afterName)
    {
        int start = Position(Locate(afterNamespace, afterName, pastFound: true));

        // Namespace names have no character below this one, so it marks the end of a namespace.
        int end = ns is null ? Count : Position(Locate(ns + "\0", "", pastFound: false));
        return end - start;
    }

    private int Position((int Block, int Index) place)
    {
        int position = place.Index;
        for (int i = 0; i < place.Block; i++)
            position += _blocks[i].Length;
        return position;
    }

    private (int Block, int Index) Locate(string ns, string name, bool pastFound)
    {
        (int block, int index, bool found) = Locate(ns, name);
        return (block, found && pastFound ? index + 1 : index);
    }

    private static int Compare(StoredObject item, string ns, string name)
    {
        int order = string.CompareOrdinal(item.Namespace, ns);
        return order != 0 ? order : string.CompareOrdinal(item.Name, name);
    }

    // The position of the key or its insertion point. A key after the end of a block belongs to that block.
    private (int Block, int Index, bool Found) Locate(string ns, string name)
    {
        int low = 0,
            high = _blocks.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (Compare(_blocks[middle][0], ns, name) <= 0)
                low = middle;
            else
                high = middle - 1;
        }

        if (_blocks.Length == 0)
            return (0, 0, false);
        StoredObject[] items = _blocks[low];
        int from = 0,
            to = items.Length - 1;
        while (from <= to)
        {
            int middle = (from + to) / 2;
            int order = Compare(items[middle], ns, name);
            if (order == 0)
                return (low, middle, true);
            if (order < 0)
                from = middle + 1;
            else
                to = middle - 1;
        }

        return (low, from, false);
    }

    private StoredObject[][] Replace(int block, params ReadOnlySpan<StoredObject[]> with)
    {
        var blocks = new StoredObject[_blocks.Length - 1 + with.Length][];
        Array.Copy(_blocks, blocks, block);
        with.CopyTo(blocks.AsSpan(block));
        Array.Copy(_blocks, block + 1, blocks, block + with.Length, _blocks.Length - block - 1);
        return blocks;
    }
}
