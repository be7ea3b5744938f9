using System.Buffers;
using System.Text;
using NodeManager.Sandbox.Model.Ownership;

namespace NodeManager.Sandbox.Tests.Ownership;

public sealed class FieldSetTests
{
    private const string Labels = """{"f:metadata":{"f:labels":{".":{},"f:app":{}}}}""";
    private const string Replicas = """{"f:spec":{"f:replicas":{}}}""";
    private const string Container = """{"f:spec":{"f:containers":{"k:{\"name\":\"web\"}":{".":{},"f:image":{},"f:name":{}}}}}""";

    [Theory]
    [InlineData("{}")]
    [InlineData(Labels)]
    [InlineData(Container)]
    [InlineData("""{"f:metadata":{"f:finalizers":{".":{},"v:\"a/b\"":{}}},"f:x":{"i:3":{}}}""")]
    [InlineData("""{"f:spec":{"f:ports":{"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{}}}}""")]
    [InlineData("""{"f:a \"quoted\"\nname":{}}""")]
    public void A_field_set_is_unchanged_after_reading_and_writing(string json) => Assert.Equal(json, Write(Read(json)));

    [Fact]
    public void Keys_and_elements_are_written_in_canonical_order()
    {
        FieldSet set = Read("""{"k:{\"protocol\":\"TCP\",\"containerPort\":80}":{},"f:b":{},"f:a":{}}""");
        Assert.Equal("""{"f:a":{},"f:b":{},"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{}}""", Write(set));
    }

    [Theory]
    [InlineData("""{"x":{}}""")]
    [InlineData("""{"z:name":{}}""")]
    [InlineData("""{"k:[1]":{}}""")]
    [InlineData("""{"k:{":{}}""")]
    [InlineData("""{"i:first":{}}""")]
    [InlineData("""{"f:a":1}""")]
    public void An_invalid_field_set_is_refused(string json) => Assert.Throws<FormatException>(() => Read(json));

    [Fact]
    public void A_union_contains_the_fields_of_both_sets()
    {
        FieldSet union = Read(Labels).Union(Read(Replicas)).Union(Read("""{"f:spec":{"f:paused":{}}}"""));
        Assert.Equal("""{"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:paused":{},"f:replicas":{}}}""", Write(union));
    }

    [Fact]
    public void A_union_contains_a_parent_that_either_set_contains() =>
        Assert.Equal("""{"f:a":{".":{},"f:b":{}}}""", Write(Read("""{"f:a":{}}""").Union(Read("""{"f:a":{"f:b":{}}}"""))));

    [Fact]
    public void An_intersection_contains_the_common_fields()
    {
        FieldSet both = Read(Container)
            .Intersection(Read("""{"f:spec":{"f:replicas":{},"f:containers":{"k:{\"name\":\"web\"}":{"f:image":{}}}}}"""));
        Assert.Equal("""{"f:spec":{"f:containers":{"k:{\"name\":\"web\"}":{"f:image":{}}}}}""", Write(both));
        Assert.True(Read(Labels).Intersection(Read(Replicas)).IsEmpty);
    }

    [Fact]
    public void A_difference_keeps_fields_below_a_removed_member()
    {
        Assert.Equal(
            """{"f:metadata":{"f:labels":{"f:app":{}}}}""",
            Write(Read(Labels).Difference(Read("""{"f:metadata":{"f:labels":{}}}""")))
        );
        Assert.True(Read(Labels).Difference(Read(Labels)).IsEmpty);
        Assert.Equal(Labels, Write(Read(Labels).Difference(Read(Replicas))));
    }

    [Fact]
    public void Paths_list_parents_before_children_like_the_API()
    {
        FieldSet set = Read(
            """{"f:spec":{".":{},"f:containers":{"k:{\"name\":\"web\"}":{".":{},"f:ports":{"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{}}}}},"f:data":{},"f:f":{"v:\"x\"":{},"i:2":{}}}"""
        );
        Assert.Equal(
            [
                ".data",
                ".spec",
                ".f[=\"x\"]",
                ".f[2]",
                ".spec.containers[name=\"web\"]",
                ".spec.containers[name=\"web\"].ports[containerPort=80,protocol=\"TCP\"]",
            ],
            set.Paths()
        );
    }

    [Fact]
    public void Equal_field_sets_share_their_storage()
    {
        FieldSet one = Read(Container),
            other = Read(Container);
        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.NotEqual(one, Read(Labels));
        Assert.NotEqual(Read("""{"f:a":{"f:b":{}}}"""), Read("""{"f:a":{".":{},"f:b":{}}}"""));
    }

    [Fact]
    public void The_laws_of_sets_hold_for_random_sets()
    {
        var random = new Random(7);
        for (int i = 0; i < 200; i++)
        {
            FieldSet a = Make(random, 3),
                b = Make(random, 3);
            Assert.Equal(a.Union(b), b.Union(a));
            Assert.Equal(a.Intersection(b), b.Intersection(a));
            Assert.Equal(a, a.Difference(b).Union(a.Intersection(b)));
            Assert.True(a.Difference(b).Intersection(b).IsEmpty);
            Assert.Equal(a.Union(b), a.Difference(b).Union(b));
            Assert.Equal(a, Read(Write(a)));
        }
    }

    private static FieldSet Make(Random random, int depth)
    {
        if (depth == 0)
            return FieldSet.Empty;
        var branches = new List<FieldBranch>();
        foreach (string name in (string[])["a", "b", "c", "d"])
        {
            if (random.Next(3) == 0)
                branches.Add(new(PathElement.Field(name), random.Next(2) == 0, Make(random, depth - 1)));
        }

        return FieldSet.Of(branches);
    }

    private static FieldSet Read(string json) => FieldSetJson.Read(Encoding.UTF8.GetBytes(json));

    private static string Write(FieldSet set)
    {
        var buffer = new ArrayBufferWriter<byte>();
        FieldSetJson.Write(set, buffer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
