using NodeManager.Sandbox.Model.Ownership;

namespace NodeManager.Sandbox.Copying;

/// <summary>The objects of a kind. Supports concurrent reads.</summary>
internal sealed class SourceList
{
    private readonly List<(SourcePage Page, int Index)> _objects;

    public SourceList(IReadOnlyList<SourcePage> pages)
    {
        Pages = pages;
        _objects = [.. pages.SelectMany(static page => Enumerable.Range(0, page.Count), static (page, index) => (page, index))];
    }

    public static SourceList Empty { get; } = new([]);

    public IReadOnlyList<SourcePage> Pages { get; }

    public int Count => _objects.Count;

    /// <summary>Without managedFields; see <see cref="ReadOwners"/>.</summary>
    public JsonObject ReadDocument(int number)
    {
        (SourcePage page, int index) = _objects[number];
        return page.ReadDocument(index);
    }

    public ManagedFields ReadOwners(int number)
    {
        (SourcePage page, int index) = _objects[number];
        return page.ReadOwners(index);
    }

    /// <summary>Maps each object by its number, on all cores.</summary>
    public T[] Select<T>(Func<int, T> make)
    {
        var results = new T[Count];
        Parallel.For(0, results.Length, number => results[number] = make(number));
        return results;
    }
}
