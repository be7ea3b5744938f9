namespace NodeManager.SchedulerConfigurations.Editing;

/// <summary>
/// One change of a document. Each is applied twice, to the text and to the parsed values; the text is correct if it parses to the changed
/// values.
/// </summary>
public abstract record YamlEdit(YamlPath Path);

/// <summary>Sets the value of a key or an item; missing parents are created.</summary>
public sealed record SetValue(YamlPath Path, object? Value) : YamlEdit(Path);

/// <summary>Inserts an item into the list at the path, before <paramref name="Index"/>; a missing list is created.</summary>
public sealed record InsertItem(YamlPath Path, int Index, object? Value) : YamlEdit(Path);

/// <summary>Removes the key or the item at the path, and then empty mappings and lists up to the next list item.</summary>
public sealed record RemoveValue(YamlPath Path) : YamlEdit(Path);

public sealed record MoveItem(YamlPath Path, int From, int To) : YamlEdit(Path);
