using NodeManager.Sandbox.Model.Kinds.Errors;
using NodeManager.Sandbox.Model.Resources;

namespace NodeManager.Sandbox.Model.Kinds.Selectors;

/// <summary>A label selector as a query carries it: <c>a=b,c!=d,e in (f,g),h notin (i),j,!k,l&gt;1</c>.</summary>
internal sealed class LabelSelector
{
    private readonly LabelRequirement[] _requirements;

    private LabelSelector(LabelRequirement[] requirements) => _requirements = requirements;

    public static LabelSelector Everything { get; } = new([]);

    public bool IsEmpty => _requirements.Length == 0;

    /// <exception cref="ApiException">400.</exception>
    public static LabelSelector Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return Everything;
        var reader = new LabelSelectorReader(text);
        LabelRequirement[] requirements = [.. reader.ReadAll()];
        foreach (LabelRequirement requirement in requirements) Check(requirement);
        return new(requirements);
    }

    public bool Matches(IReadOnlyDictionary<string, string>? labels)
    {
        foreach (LabelRequirement requirement in _requirements)
            if (!requirement.Matches(labels)) return false;
        return true;
    }

    private static void Check(LabelRequirement requirement)
    {
        if (NameRules.QualifiedName(requirement.Key) is [var keyFault, ..])
            throw Unparsable($"key: Invalid value: \"{requirement.Key}\": {keyFault}");
        for (int i = 0; i < requirement.Values.Length; i++)
        {
            string value = requirement.Values[i];
            if (NameRules.LabelValue(value) is [var fault, ..])
                throw Unparsable($"values[{i}][{requirement.Key}]: Invalid value: \"{value}\": {fault}");
            if (requirement.Operator is LabelOperator.GreaterThan or LabelOperator.LessThan && !long.TryParse(value, out _))
                throw Unparsable($"values[{i}]: Invalid value: \"{value}\": for 'Gt', 'Lt' operators, the value must be an integer");
        }
    }

    internal static ApiException Unparsable(string why) => ApiErrors.BadRequest($"unable to parse requirement: {why}");
}
