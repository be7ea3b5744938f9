namespace NodeManager.Kubernetes.Credentials;

/// <summary>What may stand in a header's value. A line break would begin another header, so it is refused before anything is sent.</summary>
internal static class HeaderText
{
    /// <summary>True for text without control characters (a tab is allowed) and without halves of characters.</summary>
    public static bool IsValid(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && (!char.IsSurrogatePair(text, i) || ++i == text.Length))
                return false;
            if (text[i] != '\t' && (text[i] < ' ' || text[i] == '\u007f'))
                return false;
        }

        return true;
    }
}
