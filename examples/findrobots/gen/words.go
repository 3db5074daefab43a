package main

import (
	"fmt"
	"strings"
)

// nearMisses are paths that look like the wanted one and are not.
var nearMisses = []string{
	"/robots.txt?x", "/robots.txt?v=2", "/robots.txt.bak", "/robots.txt~", "/robots.txt/", "/robots.txt%20",
	"/robots.tx", "/robots", "/Robots.txt", "//robots.txt", "/blog/robots.txt", "/robots.txt#top",
	"http://www.example.org/robots.txt", "/humans.txt", "/search?q=/robots.txt",
}

var words = strings.Fields(`about archive article author basket blog book build cache chart client code color contact
	cover daily data design detail draft event feed field file filter form forum garden graph guide history home house
	icon image index input item journal label letter light list local login logo map market media member menu message
	model mountain music network news note order output page paper photo picture place plan player point post print
	product profile project query question random reader recipe record reply report river road sample school score
	search season section server session shop signal site size source spring star station story street style summer
	system table tag team template theme ticket time title topic track travel tree update user video view voice water
	weather week window winter wood word work world year`)

var systems = []string{
	"Windows NT 10.0; Win64; x64", "X11; Linux x86_64", "Macintosh; Intel Mac OS X 10_15_7", "X11; Ubuntu; Linux x86_64; rv:109.0",
	"iPhone; CPU iPhone OS 17_3 like Mac OS X", "Linux; Android 13; Pixel 7", "iPad; CPU OS 16_6 like Mac OS X",
}

var crawlers = []string{"ExampleBot", "IndexerBot", "ArchiveSpider", "FeedFetcher", "LinkChecker", "SearchCrawler"}

// host is who asks.
type host struct {
	name    string
	agent   string
	crawler bool
}

// host chooses one of the hosts there are. Which number means whom does not
// depend on the seed, so the same hosts come back in every log; low numbers
// come much more often than high ones.
func (w *writer) host() host {
	const all = 2500
	n := int(w.r.Float64() * w.r.Float64() * w.r.Float64() * all)
	h := host{crawler: n%14 == 3}
	switch n % 10 {
	case 0:
		h.name = fmt.Sprintf("2001:db8:%x::%x", n*7%0xffff, n*31%0xffff)
	case 1:
		h.name = fmt.Sprintf("dsl-%d.%s.example.%s", n, words[n%len(words)], []string{"com", "net", "org"}[n/10%3])
	case 2, 3, 4:
		h.name = fmt.Sprintf("192.0.2.%d", 1+n/10%254)
	case 5, 6, 7:
		h.name = fmt.Sprintf("198.51.100.%d", 1+n/10%254)
	default:
		h.name = fmt.Sprintf("203.0.113.%d", 1+n/10%254)
	}
	if h.crawler {
		bot := crawlers[n%len(crawlers)]
		h.agent = fmt.Sprintf("Mozilla/5.0 (compatible; %s/%d.%d; +http://www.example.%s/bot.html)", bot, 1+n%3, n%7, []string{"com", "net", "org"}[n%3])
	} else {
		h.agent = fmt.Sprintf("Mozilla/5.0 (%s) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.%d.%d Safari/537.36",
			systems[n%len(systems)], 100+n%24, 4000+n*13%2000, n*17%200)
	}
	return h
}

// path makes up a path that is not the wanted one, some of them often.
func (w *writer) path() string {
	switch n := w.r.IntN(100); {
	case n < 12:
		return "/"
	case n < 30:
		return pick(w.r, []string{"/favicon.ico", "/style2.css", "/reset.css", "/images/jordan-80.png", "/images/web/logo.png", "/feed.xml"})
	case n < 55:
		return fmt.Sprintf("/images/%s/%s-%d.png", pick(w.r, words), pick(w.r, words), w.r.IntN(400))
	case n < 75:
		return fmt.Sprintf("/blog/tags/%s?flav=rss20", pick(w.r, words))
	case n < 95:
		return fmt.Sprintf("/articles/%s/%s-%s/", pick(w.r, words), pick(w.r, words), pick(w.r, words))
	default:
		return fmt.Sprintf("/search?q=%s+%s&page=%d&id=%08x", pick(w.r, words), pick(w.r, words), 1+w.r.IntN(9), w.r.Uint32())
	}
}

// referer makes up the page that led to the request.
func (w *writer) referer() string {
	switch n := w.r.IntN(100); {
	case n < 40:
		return "-"
	case n < 80:
		return fmt.Sprintf("http://www.example.org/articles/%s/", pick(w.r, words))
	default:
		return fmt.Sprintf("https://search.example.com/results?sa=t&source=web&cd=%d&q=%s&ved=%016x", 1+w.r.IntN(10), pick(w.r, words), w.r.Uint64())
	}
}
