<?xml version="1.0" encoding="utf-8"?>
<!--
  Lets every cell of every view pass through CellText, so that no view can forget to escape what others wrote. Conditions show nothing
  and stay as they are.
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:output method="xml" encoding="utf-8" />

  <xsl:template match="@* | node()">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()" />
    </xsl:copy>
  </xsl:template>

  <xsl:template match="PropertyName[not(ancestor::ItemSelectionCondition)]">
    <xsl:if test="parent::GroupBy and not(../Label)">
      <Label><xsl:value-of select="." /></Label>
    </xsl:if>
    <ScriptBlock>[NodeManager.Formats.CellText]::Of($_.<xsl:value-of select="." />)</ScriptBlock>
  </xsl:template>

  <xsl:template match="ScriptBlock[not(ancestor::ItemSelectionCondition)]">
    <ScriptBlock>$PSStyle = [NodeManager.Formats.CellText]::Style; [NodeManager.Formats.CellText]::Of($(<xsl:value-of select="." />))</ScriptBlock>
  </xsl:template>

  <xsl:template match="CustomItem//ScriptBlock[not(ancestor::ItemSelectionCondition)]" priority="1">
    <ScriptBlock>$PSStyle = [NodeManager.Formats.CellText]::Style; [NodeManager.Formats.CellText]::Wrapped($(<xsl:value-of select="." />), $Host)</ScriptBlock>
  </xsl:template>
</xsl:stylesheet>
