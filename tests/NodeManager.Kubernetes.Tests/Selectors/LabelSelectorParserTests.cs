using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Selectors;

namespace NodeManager.Kubernetes.Tests.Selectors;

public sealed class LabelSelectorParserTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("  ", "")]
    [InlineData("a=b", "a In b")]
    [InlineData("a==b", "a In b")]
    [InlineData(" a = b , c != d ", "a In b; c NotIn d")]
    [InlineData("a=b,c!=d,e in (x,y),!f,g notin (z),h", "a In b; c NotIn d; e In x,y; f DoesNotExist; g NotIn z; h Exists")]
    [InlineData("a=", "a In ")]
    [InlineData("a=,b", "a In ; b Exists")]
    [InlineData("e in (,x)", "e In ,x")]
    [InlineData("n>1,m<2", "n Gt 1; m Lt 2")]
    [InlineData("! f", "f DoesNotExist")]
    [InlineData("in in (in)", "in In in")]
    [InlineData("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/control-plane Exists")]
    public void Selectors_are_parsed_like_kubectl_does(string text, string expected)
    {
        LabelSelector selector = LabelSelectorParser.Parse(text);

        Assert.Equal(
            expected,
            string.Join(
                "; ",
                (selector.MatchExpressions ?? []).Select(r =>
                    $"{r.Key} {r.Operator}" + (r.Values is null ? "" : " " + string.Join(',', r.Values))
                )
            )
        );
    }

    [Theory]
    [InlineData("a=b,,c", 5, "found ',' where a label key is expected")]
    [InlineData("a=b,", 5, "it ends where a label key is expected")]
    [InlineData(",a", 1, "found ','")]
    [InlineData("a b", 3, "found 'b' where '=', '=='")]
    [InlineData("a in x", 6, "found 'x' where '(' is expected")]
    [InlineData("a in (x", 8, "it ends where ',' or ')' is expected")]
    [InlineData("a in ()", 7, "found ')' where a value is expected")]
    [InlineData("a=b c", 5, "found 'c' where ',' or the end is expected")]
    [InlineData("a>x", 3, "must be an integer")]
    [InlineData("a=b=c", 4, "found '='")]
    [InlineData("!a=b", 3, "found '='")]
    [InlineData("-a=b", 1, "name part must consist of alphanumeric")]
    [InlineData("a=b!", 4, "found '!'")]
    [InlineData("zone=eu west", 9, "found 'west'")]
    public void An_invalid_selector_is_reported_with_position_and_expectation(string text, int position, string problem)
    {
        NodeManagerException error = Assert.Throws<NodeManagerException>(() => LabelSelectorParser.Parse(text));

        Assert.Equal(ErrorIds.InvalidSelector, error.ErrorId);
        Assert.Contains($"stops at position {position}:", error.Message, StringComparison.Ordinal);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.Equal(text, error.Target);
    }

    [Theory]
    [InlineData("zone=a", true)]
    [InlineData("zone!=a", false)]
    [InlineData("zone in (b,a)", true)]
    [InlineData("zone notin (b)", true)]
    [InlineData("missing notin (b)", true)]
    [InlineData("missing!=x", true)]
    [InlineData("!missing,zone", true)]
    [InlineData("!zone", false)]
    [InlineData("cores>7", true)]
    [InlineData("cores>8", false)]
    [InlineData("cores<9", true)]
    [InlineData("zone>1", false)]
    [InlineData("zone=a,cores=9", false)]
    [InlineData("", true)]
    public void Selectors_match_labels(string text, bool expected) =>
        Assert.Equal(expected, LabelSelectorParser.Parse(text).Matches(new Dictionary<string, string> { ["zone"] = "a", ["cores"] = "8" }));

    [Fact]
    public void Field_selectors_escape_separators()
    {
        Assert.Equal(@"spec.nodeName=a\,b\=c\\d", FieldSelector.Equal("spec.nodeName", @"a,b=c\d"));
        Assert.Equal(
            "spec.nodeName=n1,status.phase!=Failed",
            FieldSelector.And(FieldSelector.Equal("spec.nodeName", "n1"), null, FieldSelector.NotEqual("status.phase", "Failed"))
        );
        Assert.Null(FieldSelector.And(null, ""));
    }
}
