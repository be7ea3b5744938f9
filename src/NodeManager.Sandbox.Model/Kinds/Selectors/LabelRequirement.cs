using System.Globalization;

namespace NodeManager.Sandbox.Model.Kinds.Selectors;

/// <summary>One term of a label selector.</summary>
internal sealed record LabelRequirement(string Key, LabelOperator Operator, string[] Values)
{
    private long Bound => long.Parse(Values[0], CultureInfo.InvariantCulture);

    public bool Matches(IReadOnlyDictionary<string, string>? labels)
    {
        string? actual = null;
        bool has = labels is not null && labels.TryGetValue(Key, out actual);
        return Operator switch
        {
            LabelOperator.Exists => has,
            LabelOperator.DoesNotExist => !has,
            LabelOperator.In => has && Array.IndexOf(Values, actual) >= 0,
            LabelOperator.NotIn => !has || Array.IndexOf(Values, actual) < 0,
            LabelOperator.GreaterThan => has && long.TryParse(actual, out long number) && number > Bound,
            _ => has && long.TryParse(actual, out long number) && number < Bound,
        };
    }
}
