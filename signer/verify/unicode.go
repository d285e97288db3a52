package verify

import (
	"slices"
	"strings"
	"sync"
)

// marks are the combining marks of Unicode's canonical compositions, each
// followed by letters and what they become with it. Those of Latin, Greek,
// Cyrillic and Japanese names are here.
var marks = []string{
	"\u0300AÀEÈIÌOÒUÙaàeèiìoòuùÜǛüǜNǸnǹЕЀИЍеѐиѝÂẦâầĂẰăằÊỀêềÔỒôồƠỜơờƯỪưừYỲyỳ",
	"\u0301AÁEÉIÍOÓUÚYÝaáeéiíoóuúyýCĆcćLĹlĺNŃnńRŔrŕSŚsśZŹzźÜǗüǘGǴgǵÅǺåǻÆǼæǽØǾøǿГЃКЌгѓкќ",
	"\u0301ÂẤâấĂẮăắÊẾêếÔỐôốƠỚơớƯỨưứΑΆΕΈΗΉΙΊΟΌΥΎΩΏϊΐαάεέηήιίϋΰοόυύωώ",
	"\u0302AÂEÊIÎOÔUÛaâeêiîoôuûCĈcĉGĜgĝHĤhĥJĴjĵSŜsŝWŴwŵYŶyŷẠẬạậẸỆẹệỌỘọộ",
	"\u0303AÃNÑOÕaãnñoõIĨiĩUŨuũÂẪâẫĂẴăẵEẼeẽÊỄêễÔỖôỗƠỠơỡƯỮưữYỸyỹ",
	"\u0308AÄEËIÏOÖUÜaäeëiïoöuüyÿYŸЕЁІЇеёіїАӒаӓӘӚәӛЖӜжӝЗӞзӟИӤиӥОӦоӧӨӪөӫЭӬэӭУӰуӱЧӴчӵЫӸыӹΙΪΥΫιϊυϋ",
	"\u030AAÅaåUŮuů",
	"\u0327CÇcçGĢgģKĶkķLĻlļNŅnņRŖrŗSŞsşTŢtţEȨeȩ",
	"\u0304AĀaāEĒeēIĪiīOŌoōUŪuūÜǕüǖÄǞäǟȦǠȧǡÆǢæǣǪǬǫǭÖȪöȫÕȬõȭȮȰȯȱYȲyȳИӢиӣУӮуӯ",
	"\u0306AĂaăEĔeĕGĞgğIĬiĭOŎoŏUŬuŭУЎИЙийуўЖӁжӂАӐаӑЕӖеӗẠẶạặ",
	"\u0328AĄaąEĘeęIĮiįUŲuųOǪoǫ",
	"\u0307CĊcċEĖeėGĠgġIİZŻzżAȦaȧOȮoȯ",
	"\u030CCČcčDĎdďEĚeěLĽlľNŇnňRŘrřSŠsšTŤtťZŽzžAǍaǎIǏiǐOǑoǒUǓuǔÜǙüǚGǦgǧKǨkǩƷǮʒǯjǰHȞhȟ",
	"\u030BOŐoőUŰuűУӲуӳ",
	"\u0326SȘsșTȚtț",
	"\u0323AẠaạEẸeẹIỊiịOỌoọƠỢơợUỤuụƯỰưựYỴyỵ",
	"\u0309AẢaảÂẨâẩĂẲăẳEẺeẻÊỂêểIỈiỉOỎoỏÔỔôổƠỞơởUỦuủƯỬưửYỶyỷ",
	"\u3099かがきぎくぐけげこごさざしじすずせぜそぞただちぢつづてでとどはばひびふぶへべほぼうゔ",
	"\u3099カガキギクグケゲコゴサザシジスズセゼソゾタダチヂツヅテデトドハバヒビフブヘベホボウヴワヷヲヺ",
	"\u309Aはぱひぴふぷへぺほぽハパヒピフプヘペホポ",
}

// forms are the two ways to write these letters, and Korean syllables, which
// are composed by rule.
// https://www.unicode.org/versions/latest/core-spec/chapter-3/
var forms = sync.OnceValue(func() (to struct{ composed, decomposed *strings.Replacer }) {
	var pairs []string
	for syllable := rune(0xd7a3); syllable >= 0xac00; syllable-- { // those with a last consonant before those without
		i := syllable - 0xac00
		parts := []rune{0x1100 + i/588, 0x1161 + i%588/28, 0x11a7 + i%28}
		if i%28 == 0 {
			parts = parts[:2]
		}
		pairs = append(pairs, string(parts), string(syllable))
	}
	for _, line := range marks {
		letters := []rune(line)
		for pair := range slices.Chunk(letters[1:], 2) {
			pairs = append(pairs, string([]rune{pair[0], letters[0]}), string(pair[1]))
		}
	}
	to.composed = strings.NewReplacer(pairs...)
	slices.Reverse(pairs)
	to.decomposed = strings.NewReplacer(pairs...)
	return to
})

func composed(path string) string { return inForm(path, forms().composed) }

func decomposed(path string) string { return inForm(path, forms().decomposed) }

// inForm writes a path's letters in another form, twice for those with two
// marks.
func inForm(path string, form *strings.Replacer) string {
	text := spell(pathTokens(path), func(b []byte, t token) []byte {
		if t.value >= 0x80 {
			return append(b, t.value)
		}
		return append(b, t.text...)
	})
	other := form.Replace(form.Replace(text))
	if other == text {
		return path
	}
	return escapeText(other)
}
