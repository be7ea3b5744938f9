using System.Text.Json.Nodes;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Ownership;
using NodeManager.Sandbox.Model.Store;

namespace NodeManager.Sandbox.Tests.Store;

public sealed class SortedObjectsTests
{
    [Fact]
    public void Any_order_of_changes_keeps_every_object_once_and_sorted()
    {
        var random = new Random(7);
        var expected = new SortedDictionary<string, StoredObject>(StringComparer.Ordinal);
        SortedObjects objects = SortedObjects.Empty;
        for (int i = 0; i < 5_000; i++)
        {
            string ns = $"ns{random.Next(4)}",
                name = $"pod{random.Next(900)}";
            if (random.Next(3) == 0)
            {
                objects = objects.Remove(ns, name);
                expected.Remove($"{ns}/{name}");
            }
            else
            {
                StoredObject item = Make(ns, name);
                objects = objects.Set(item);
                expected[$"{ns}/{name}"] = item;
            }
        }

        Assert.Equal(expected.Count, objects.Count);
        Assert.Equal(expected.Values, objects.Walk());
        Assert.Equal(expected.Values.Where(item => item.Namespace == "ns2"), objects.Walk("ns2"));
        StoredObject middle = expected.Values.ElementAt(expected.Count / 2);
        Assert.Same(middle, objects.Find(middle.Namespace, middle.Name));
        Assert.Equal(expected.Values.Skip((expected.Count / 2) + 1), objects.Walk(after: (middle.Namespace, middle.Name)));
        Assert.Equal(expected.Count - (expected.Count / 2) - 1, objects.CountAfter(null, middle.Namespace, middle.Name));
        Assert.Equal(
            objects.Walk(middle.Namespace, (middle.Namespace, middle.Name)).Count(),
            objects.CountAfter(middle.Namespace, middle.Namespace, middle.Name)
        );
        Assert.Equal(objects.Walk("ns3").Count(), objects.CountAfter("ns3", "ns3", ""));
    }

    [Fact]
    public void Objects_that_are_added_together_are_sorted_among_those_that_exist()
    {
        var random = new Random(8);
        SortedObjects objects = SortedObjects.Empty;
        HashSet<string> names = [];
        for (int round = 0; round < 6; round++)
        {
            List<StoredObject> added = [];
            while (added.Count < 300 * round)
                if (random.Next(1_000_000).ToString(System.Globalization.CultureInfo.InvariantCulture) is var name && names.Add(name))
                    added.Add(Make($"ns{name[^1]}", name));
            StoredObject[] before = [.. objects.Walk()];
            objects = objects.Add(added);
            Assert.Equal(
                before
                    .Concat(added)
                    .OrderBy(static item => item.Namespace, StringComparer.Ordinal)
                    .ThenBy(static item => item.Name, StringComparer.Ordinal),
                objects.Walk()
            );
            Assert.Equal(before.Length + added.Count, objects.Count);
            foreach (StoredObject item in added)
                Assert.Same(item, objects.Find(item.Namespace, item.Name));
            objects = objects.Set(Make("ns0", "single" + names.Count));
        }

        StoredObject known = objects.Walk().ElementAt(700);
        Assert.Throws<ArgumentException>(() => objects.Add([Make(known.Namespace, known.Name)]));
    }

    [Fact]
    public void A_snapshot_is_not_affected_by_later_changes()
    {
        SortedObjects before = SortedObjects.Empty.Set(Make("a", "one")).Set(Make("a", "two"));
        SortedObjects after = before.Remove("a", "one").Set(Make("a", "three"));
        Assert.Equal(["one", "two"], before.Walk().Select(item => item.Name));
        Assert.Equal(["three", "two"], after.Walk().Select(item => item.Name));
    }

    [Fact]
    public void Enumeration_from_a_removed_key_continues_at_the_next()
    {
        SortedObjects objects = SortedObjects.Empty.Set(Make("a", "one")).Set(Make("b", "two"));
        Assert.Equal(["two"], objects.Walk(after: ("a", "p")).Select(item => item.Name));
        Assert.Empty(objects.Walk("c"));
    }

    private static StoredObject Make(string ns, string name) =>
        new DocumentObject(
            BuiltInKinds.Pods,
            new()
            {
                ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns },
            },
            ManagedFields.None
        );
}
