namespace NodeManager.Sandbox.Model.Documents;

/// <summary>
/// Lets the many objects that say the same (label keys, phases, node names) hold one text. A table of fixed size in which a newer text
/// displaces an older one: what is rare costs nothing, and nothing is kept for ever.
/// </summary>
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
