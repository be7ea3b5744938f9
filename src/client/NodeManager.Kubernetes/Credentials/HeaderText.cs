namespace NodeManager.Kubernetes.Credentials;

/// <summary>Validates header values. A line break would start another header.</summary>
internal static class HeaderText
{
    /// <summary>False for control characters except tabs, and for unpaired surrogates.</summary>
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
