namespace NodeManager.Kubernetes.Quantities;

/// <summary>The suffix family of a quantity.</summary>
public enum QuantityFormat
{
    /// <summary><c>n</c>, <c>u</c>, <c>m</c>, none, <c>k</c>, <c>M</c>, <c>G</c>, <c>T</c>, <c>P</c>, <c>E</c>: powers of 1000.</summary>
    DecimalSI,

    /// <summary><c>Ki</c>, <c>Mi</c>, <c>Gi</c>, <c>Ti</c>, <c>Pi</c>, <c>Ei</c>: powers of 1024.</summary>
    BinarySI,

    /// <summary><c>e3</c>, <c>e6</c>, …</summary>
    DecimalExponent,
}
