using System.Globalization;

namespace NodeManager.Testing;

/// <summary>How long a proof by repetition is: short by default, longer by an environment variable that tests/README.md names.</summary>
public static class ProofSize
{
    public static int Read(string variable, int whereUnset) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int size)
            ? size
            : whereUnset;
}
