using System.Text.Json.Nodes;
using NodeManager.Sandbox.Model.Ownership;

namespace NodeManager.Sandbox.Copying;

/// <summary>The objects of a kind, as they were read. They can be read concurrently.</summary>
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

    /// <summary>An object; its managedFields are empty, see <see cref="ReadOwners"/>.</summary>
    public JsonObject ReadDocument(int number)
    {
        (SourcePage page, int index) = _objects[number];
        return page.ReadDocument(index);
    }

    /// <summary>Who owns the fields of an object.</summary>
    public ManagedFields ReadOwners(int number)
    {
        (SourcePage page, int index) = _objects[number];
        return page.ReadOwners(index);
    }

    /// <summary>Makes something of each object, by its number, on all cores.</summary>
    public T[] Select<T>(Func<int, T> make)
    {
        var made = new T[Count];
        Parallel.For(0, made.Length, number => made[number] = make(number));
        return made;
    }
}
