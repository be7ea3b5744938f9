using NodeManager.Core.Nodes;

namespace NodeManager.Core.Tests.Nodes;

public sealed class LabelSelectorTextTests
{
    public static TheoryData<string, (string, string?[])[]> Good() =>
        new()
        {
            { "app=web", [("app", ["web"])] },
            { "app=web,tier in (a,b)", [("tier", ["a", "b"]), ("app", ["web"])] },
            { "app in (a,b)", [("app", ["a", "b", "a"])] },
            { "example.com/app=", [("example.com/app", [""])] },
        };

    public static TheoryData<(string, string?[])[]> Bad() =>
        [
            [("app", [null])],
            [("app", ["web", null])],
            [("app", [])],
            [("app", ["web,tier=a"])],
            [("app", ["not a value"])],
            [("bad key!", ["web"])],
            [("", ["web"])],
        ];

    [Theory]
    [MemberData(nameof(Good))]
    public void Keys_and_values_become_requirements(string expected, (string, string?[])[] requirements) =>
        Assert.Equal(expected, LabelSelectorText.Of(Map(requirements)));

    [Theory]
    [MemberData(nameof(Bad))]
    public void Invalid_labels_are_refused((string, string?[])[] requirements) =>
        Assert.Equal(ErrorIds.InvalidSelector, Assert.Throws<NodeManagerException>(() => LabelSelectorText.Of(Map(requirements))).ErrorId);

    private static IEnumerable<KeyValuePair<string, IReadOnlyList<string?>>> Map((string Key, string?[] Values)[] requirements) =>
        requirements.Select(r => KeyValuePair.Create(r.Key, (IReadOnlyList<string?>)r.Values));
}
