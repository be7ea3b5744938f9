namespace NodeManager.Sandbox.Model.Documents;

/// <summary>Interns common texts (label keys, phases, node names). A fixed-size table; a newer text replaces a colliding one.</summary>
internal static class SharedTexts
{
    private const int Size = 1 << 14;

    private static readonly string[] Texts = new string[Size];

    public static string Get(string text)
    {
        ref string slot = ref Texts[string.GetHashCode(text.AsSpan()) & (Size - 1)];
        string known = Volatile.Read(ref slot);
        if (known == text)
            return known;
        Volatile.Write(ref slot, text);
        return text;
    }
}
