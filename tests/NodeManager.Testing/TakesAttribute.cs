namespace NodeManager.Testing;

/// <summary>About how many seconds the tests of a class take, one after another. Only where it is more than a minute, or decides when a suite ends.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class TakesAttribute(int seconds) : Attribute
{
    public int Seconds => seconds;
}
