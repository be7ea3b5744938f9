using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Selectors;
using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Model.Kinds.Selectors;

/// <summary>A label selector of a query: <c>a=b,c!=d,e in (f,g),h notin (i),j,!k,l&gt;1</c>.</summary>
internal sealed class LabelQuery
{
    private readonly SelectorRequirement[] _requirements;

    private LabelQuery(SelectorRequirement[] requirements) => _requirements = requirements;

    public static LabelQuery Everything { get; } = new([]);

    public bool IsEmpty => _requirements.Length == 0;

    public static LabelQuery Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return Everything;
        try
        {
            return LabelSelectorParser.ParseQuery(text).MatchExpressions is { } requirements ? new([.. requirements]) : Everything;
        }
        catch (LabelSelectorException fault)
        {
            throw StatusErrors.BadRequest(Describe(fault));
        }
    }

    public bool Matches(IReadOnlyDictionary<string, string>? labels)
    {
        foreach (SelectorRequirement requirement in _requirements)
            if (!requirement.Matches(labels))
                return false;
        return true;
    }

    // Source: k8s.io/apimachinery/pkg/labels/selector.go
    private static string Describe(LabelSelectorException fault) =>
        fault.Expected switch
        {
            null =>
                $"unable to parse requirement: {(fault.Key == fault.Found ? "key" : $"values[0][{fault.Key}]")}: Invalid value: \"{fault.Found}\": {fault.Problem}",
            LabelSelectorExpectation.Key => $"found '{fault.Found}', expected: !, identifier, or 'end of string'",
            LabelSelectorExpectation.Separator => $"found '{fault.Found}', expected: ',' or 'end of string'",
            LabelSelectorExpectation.Operator =>
                $"unable to parse requirement: found '{fault.Found}', expected: in, notin, =, ==, !=, gt, lt",
            LabelSelectorExpectation.Open => $"unable to parse requirement: found '{fault.Found}' expected: '('",
            LabelSelectorExpectation.Close => $"unable to parse requirement: found '{fault.Found}', expected: ',' or ')'",
            _ => $"unable to parse requirement: found '{fault.Found}', expected: identifier",
        };
}
