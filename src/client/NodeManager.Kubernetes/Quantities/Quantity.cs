using System.Text.Json.Serialization;

namespace NodeManager.Kubernetes.Quantities;

/// <summary>
/// A Kubernetes quantity (<c>3800m</c>, <c>16Gi</c>, <c>129e6</c>, <c>362075599n</c>), exact to the nano unit; finer values are rounded
/// away from zero. Compared by value: <c>1</c> equals <c>1000m</c>. Amounts beyond a decimal (7.9e28) are clamped. Source:
/// k8s.io/apimachinery/pkg/api/resource.
/// </summary>
[JsonConverter(typeof(QuantityConverter))]
public readonly struct Quantity : IEquatable<Quantity>, IComparable<Quantity>
{
    private readonly string? _text;

    /// <summary>A computed amount with canonical text.</summary>
    public Quantity(decimal value, QuantityFormat format)
    {
        Value = QuantityRounding.ToNano(value);
        Format = format;
    }

    internal Quantity(decimal value, QuantityFormat format, string text)
    {
        Value = value;
        Format = format;
        _text = text;
    }

    public static Quantity Zero => default;

    public decimal Value { get; }

    public QuantityFormat Format { get; }

    /// <summary>The original text of a parsed amount; otherwise canonical.</summary>
    public string Text => _text ?? CanonicalText;

    /// <summary>The canonical form: no fraction, the largest exact suffix (<c>0.5</c> is <c>500m</c>).</summary>
    public string CanonicalText => QuantityText.Format(Value, Format);

    public static Quantity Parse(string text) =>
        TryParse(text, out Quantity quantity)
            ? quantity
            : throw new FormatException($"'{text}' is not a Kubernetes quantity, such as 2, 0.5, 500m, 4Gi or 1e3.");

    public static bool TryParse(string? text, out Quantity quantity) => QuantityParser.TryParse(text, out quantity);

    /// <summary>In the format of the first operand unless that is zero.</summary>
    public static Quantity operator +(Quantity left, Quantity right) =>
        new(QuantityRounding.Add(left.Value, right.Value), left.Value == 0 ? right.Format : left.Format);

    public static Quantity operator -(Quantity left, Quantity right) =>
        new(QuantityRounding.Add(left.Value, -right.Value), left.Value == 0 ? right.Format : left.Format);

    public static bool operator ==(Quantity left, Quantity right) => left.Value == right.Value;

    public static bool operator !=(Quantity left, Quantity right) => left.Value != right.Value;

    public static bool operator <(Quantity left, Quantity right) => left.Value < right.Value;

    public static bool operator >(Quantity left, Quantity right) => left.Value > right.Value;

    public static bool operator <=(Quantity left, Quantity right) => left.Value <= right.Value;

    public static bool operator >=(Quantity left, Quantity right) => left.Value >= right.Value;

    public static Quantity Add(Quantity left, Quantity right) => left + right;

    public static Quantity Subtract(Quantity left, Quantity right) => left - right;

    public int CompareTo(Quantity other) => Value.CompareTo(other.Value);

    public bool Equals(Quantity other) => Value == other.Value;

    public override bool Equals(object? obj) => obj is Quantity other && Equals(other);

    public override int GetHashCode() => Value.GetHashCode();

    public override string ToString() => Text;
}
